import { API_VERSIONS, DEFAULT_API_VERSION } from '@modei/protocol'
import { z } from 'zod'

const whole = (fallback: number, min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .default(fallback)

const collector = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional()

/** `name=value,…`, each percent-encoded, as OpenTelemetry writes headers into one variable. */
function readHeaders(list: string, context: z.RefinementCtx): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const entry of list.split(',').filter((one) => one.trim() !== '')) {
    const [name = '', ...value] = entry.split('=')
    try {
      headers[decodeURIComponent(name.trim())] = decodeURIComponent(value.join('=').trim())
    } catch {
      context.addIssue('must be a list of name=value, percent-encoded')
    }
  }
  const readable = Object.entries(headers).every(
    ([name, value]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\x20-\x7e]*$/.test(value),
  )
  if (!readable) context.addIssue('must be a list of name=value, percent-encoded')
  return headers
}

const Settings = z.object({
  PORT: whole(3000, 0, 65_535),
  HOST: z.string().min(1).max(255).default('127.0.0.1'),
  MODEI_DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(?:ql)?:\/\//, 'must be a postgres:// address')
    .optional(),
  MODEI_SECRET_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
  MODEI_BOOTSTRAP_API_KEY: z
    .string()
    .regex(
      /^mod_(?:live|test)_[A-Za-z0-9_-]{32,200}$/,
      'must be mod_live_ or mod_test_ and at least 32 characters',
    )
    .optional(),
  MODEI_API_VERSION: z.enum(API_VERSIONS).default(DEFAULT_API_VERSION),
  MODEI_PUBLIC_URL: z.url().optional(),
  /** Requests a minute and address on public routes; 0 turns the limit off. */
  MODEI_PUBLIC_RATE_LIMIT: whole(300, 0, 1_000_000_000),
  /** Registrations an hour and address. */
  MODEI_REGISTER_LIMIT: whole(60, 0, 1_000_000_000),
  /** Inline envelopes an hour and identity key. */
  MODEI_INLINE_LIMIT: whole(600, 0, 1_000_000_000),
  /** Decisions an hour and identity key of self-issued passports. */
  MODEI_SELF_ISSUED_CEILING: whole(3600, 0, 1_000_000_000),
  /** Requests a minute and API key on keyed routes; 0, the default, turns the limit off. */
  MODEI_RATE_LIMIT: whole(0, 0, 1_000_000_000),
  /** Seconds that a hold waits for approval, and that an approval waits for use. */
  MODEI_APPROVAL_TTL: whole(300, 1, 604_800),
  /** Comma-separated addresses or CIDR ranges whose `X-Forwarded-For` is believed. */
  MODEI_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    ),
  /** Decisions that may wait in this process; beyond that requests are answered 503. */
  MODEI_MAX_QUEUE: whole(20_000, 1, 1_000_000),
  /** Processes that serve one port of this machine, over PostgreSQL. */
  MODEI_WORKERS: whole(1, 1, 128),
  /** Whole months of the log that are kept before this one, over PostgreSQL; without it all are. */
  MODEI_RETENTION_MONTHS: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(2).max(1200))
    .optional(),
  MODEI_METRICS: z.enum(['on', 'off']).default('on'),
  /** The bearer that `/metrics` asks for; without one, whoever reaches the server may read it. */
  MODEI_METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,300}$/, 'must have 16 to 300 printable characters')
    .optional(),
  /** Where spans go, `/v1/traces` below it; without this and the next nothing is traced. */
  OTEL_EXPORTER_OTLP_ENDPOINT: collector,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector,
  OTEL_EXPORTER_OTLP_HEADERS: z.string().default('').transform(readHeaders),
  OTEL_SERVICE_NAME: z.string().min(1).max(255).default('modei'),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(?:0?\.\d+|0|1(?:\.0+)?)$/, 'must be a number from 0 to 1')
    .transform(Number)
    .default(1),
  OTEL_SDK_DISABLED: z
    .string()
    .transform((text) => text.toLowerCase() === 'true')
    .default(false),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

export type Config = z.infer<typeof Settings>

/**
 * Reads the settings from the environment.
 * @throws {Error} naming every setting that is wrong; the values themselves are not repeated
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = Settings.safeParse(present)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`settings are not valid\n  ${lines.join('\n  ')}`)
}
