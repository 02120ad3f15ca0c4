import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Tracing } from './tracing.ts'

/**
 * Starts tracing when the settings name a collector.
 * @returns undefined when they do not. Nothing of OpenTelemetry's tracing has been loaded then.
 */
export async function startTracing(config: Config, logger: Logger): Promise<Tracing | undefined> {
  const url = collectorUrl(config)
  if (url === undefined || config.OTEL_SDK_DISABLED) return undefined
  const { createTracing } = await import('./create-tracing.ts')
  return createTracing(url, config, logger)
}

/** Where spans go: the address for traces as it is, or the one for everything and the path of the protocol. */
function collectorUrl(config: Config): string | undefined {
  if (config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT !== undefined)
    return config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
  const base = config.OTEL_EXPORTER_OTLP_ENDPOINT
  return base === undefined ? undefined : `${base.replace(/\/+$/, '')}/v1/traces`
}
