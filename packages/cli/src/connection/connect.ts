import { ModeiClient } from 'modei'
import { readStored, type Stored } from './config-file.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface Connection {
  baseUrl: string | undefined
  apiKey: string | undefined
}

/**
 * Where to call and with what: `--api-url`, else the environment, else what `modei login` stored.
 * INVARIANT: a stored key is sent to no other server than the one it was stored for.
 */
export function connection(env: Environment, url: string | undefined): Connection {
  const wanted = url ?? setting(env.MODEI_API_URL)
  const key = setting(env.MODEI_API_KEY)
  if (wanted !== undefined && key !== undefined) return { baseUrl: wanted, apiKey: key }
  const stored = readStored(env)
  return { baseUrl: wanted ?? stored?.url, apiKey: key ?? storedKey(stored, wanted) }
}

/** @param keyless makes a client for public calls when there is no key */
export function connect(env: Environment, url: string | undefined, keyless = false): ModeiClient {
  const { baseUrl, apiKey } = connection(env, url)
  return new ModeiClient({ baseUrl, apiKey: apiKey ?? (keyless ? null : undefined) })
}

function storedKey(stored: Stored | undefined, wanted: string | undefined): string | undefined {
  if (stored === undefined || wanted === undefined) return stored?.api_key
  return originOf(stored.url) === originOf(wanted) ? stored.api_key : undefined
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url
}

function setting(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}
