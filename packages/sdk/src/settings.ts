import { isApiVersion } from '@modei/protocol/decision-words'
import { ModeiError } from './errors.ts'
import type { Fetch, ModeiClientOptions } from './options.ts'

export interface Settings {
  apiKey: string | null
  baseUrl: string
  timeoutMs: number
  retries: number
  apiVersion: string | undefined
  fetch: Fetch
}

const DEFAULT_BASE_URL = 'https://modei.ai'
const MAX_RETRIES = 10
// A longer timer than this fires at once.
const MAX_TIMEOUT_MS = 2 ** 31 - 1

/** Reads options and environment into settings that are known to be good. Throws on the first bad one. */
export function readSettings(options: ModeiClientOptions): Settings {
  const { apiVersion } = options
  if (apiVersion !== undefined && !isApiVersion(apiVersion))
    throw new TypeError('`apiVersion` is not a known version')
  return {
    apiKey: readApiKey(options.apiKey),
    baseUrl: readBaseUrl(options.baseUrl ?? environment('MODEI_API_URL') ?? DEFAULT_BASE_URL),
    timeoutMs: readTimeout(options.timeoutMs ?? 30_000),
    retries: readRetries(options.retries ?? 2),
    apiVersion,
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
  }
}

export function readTimeout(timeoutMs: number): number {
  if (timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS) return timeoutMs
  throw new TypeError(`\`timeoutMs\` must be more than 0 and at most ${MAX_TIMEOUT_MS}`)
}

function readRetries(retries: number): number {
  if (Number.isInteger(retries) && retries >= 0 && retries <= MAX_RETRIES) return retries
  throw new TypeError(`\`retries\` must be a whole number from 0 to ${MAX_RETRIES}`)
}

function readApiKey(given: string | null | undefined): string | null {
  if (given === null) return null
  const apiKey = given ?? environment('MODEI_API_KEY')
  if (apiKey === undefined || apiKey === '') {
    throw new ModeiError(
      'no API key: pass `apiKey` or set MODEI_API_KEY; `apiKey: null` makes public calls without one',
      {
        code: 'api_key_missing',
      },
    )
  }
  // `fetch` would refuse the header too, but with the key in its message.
  if (typeof apiKey !== 'string' || !/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new ModeiError('the API key holds a space, a line break or another character that no key has', {
      code: 'api_key_malformed',
    })
  }
  return apiKey
}

function readBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url?.username === '' && url.password === '' && url.search === '' && url.hash === ''
  if (url === undefined || !plain || !['http:', 'https:'].includes(url.protocol)) {
    throw new TypeError('`baseUrl` must be an http(s) address without user, query or fragment')
  }
  return url.href.replace(/\/+$/, '')
}

/** An environment variable, where the runtime has such and lets us read it; an empty one counts as absent. */
function environment(name: string): string | undefined {
  try {
    return globalThis.process?.env?.[name] || undefined
  } catch {
    return undefined
  }
}
