import { ModeiError } from '../errors.ts'
import type { CallOptions } from '../options.ts'
import { readTimeout, type Settings } from '../settings.ts'
import { answerError, parseJson } from './answer-error.ts'
import { type LinkedSignal, linkSignals, sleep } from './linked-signal.ts'
import { isPassing, retryDelayMs } from './retry-policy.ts'

export interface WireRequest {
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body: string | undefined
  /** How often it may be tried again; 0 for what a repeat would do twice. */
  retries: number
}

/** What one call runs under. */
export interface Circumstances {
  settings: Settings
  signals: readonly AbortSignal[]
  timeoutMs: number
}

export interface JsonAnswer {
  value: unknown
  headers: Headers
}

export function circumstances(settings: Settings, options: CallOptions, closing: AbortSignal): Circumstances {
  const signals = options.signal === undefined ? [closing] : [closing, options.signal]
  return { settings, signals, timeoutMs: readTimeout(options.timeoutMs ?? settings.timeoutMs) }
}

/** Sends a request, as often as it may be, and reads the JSON of its successful answer. */
export function exchangeJson(request: WireRequest, under: Circumstances): Promise<JsonAnswer> {
  return withRetries(request, under, async () => {
    const { response, link } = await open(request, under)
    try {
      return { value: readJson(response, await response.text()), headers: response.headers }
    } catch (error) {
      throw failure(error, link, under)
    } finally {
      link.release()
    }
  })
}

/** Sends a request, as often as it may be, and hands on the bytes of its answer as they come. */
export async function* exchangeBytes(
  request: WireRequest,
  under: Circumstances,
): AsyncGenerator<Uint8Array, void> {
  const { response, link } = await withRetries(request, under, () => open(request, under))
  // A long answer may take its time: the limit was for the server to begin.
  link.stopTimer()
  const reader = response.body?.getReader()
  try {
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) yield part.value
  } catch (error) {
    throw failure(error, link, under)
  } finally {
    link.release()
    await reader?.cancel().catch(() => undefined)
  }
}

async function withRetries<T>(
  request: WireRequest,
  under: Circumstances,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (tries > request.retries || !isPassing(error)) throw error
      const delayMs = retryDelayMs(tries, error.retryAfter, Math.random())
      if (delayMs === undefined) throw error
      await sleep(delayMs, under.signals)
    }
  }
}

/** One try, up to the head of a successful answer. The caller releases the link. */
async function open(
  request: WireRequest,
  under: Circumstances,
): Promise<{ response: Response; link: LinkedSignal }> {
  const link = linkSignals(under.signals, under.timeoutMs, () => {
    return new ModeiError(`no answer within ${under.timeoutMs} ms`, { code: 'timed_out' })
  })
  try {
    link.signal.throwIfAborted()
    const { method, url, headers, body } = request
    // Followed by hand, that is not at all: the runtime would carry the request on to wherever a redirect points.
    const init: RequestInit = { method, headers, redirect: 'manual', signal: link.signal }
    const response = await under.settings.fetch(url, body === undefined ? init : { ...init, body })
    if (response.ok) return { response, link }
    throw answerError(response, withoutKey(await response.text(), under.settings.apiKey))
  } catch (error) {
    link.release()
    throw failure(error, link, under)
  }
}

function readJson(response: Response, text: string): unknown {
  if (text === '') return {}
  const value = parseJson(text)
  if (value !== undefined) return value
  throw new ModeiError('the answer is not JSON', { code: 'invalid_response', statusCode: response.status })
}

/** What an exception of `fetch` means. An abort speaks through the reason it was given. */
function failure(error: unknown, link: LinkedSignal, under: Circumstances): unknown {
  if (link.signal.aborted) return link.signal.reason
  if (error instanceof ModeiError) return error
  const message = `could not reach ${under.settings.baseUrl}`
  return new ModeiError(message, { code: 'connection_failed', cause: error })
}

/** INVARIANT: the key is in no error, not even when a server or proxy echoes it. */
function withoutKey(text: string, apiKey: string | null): string {
  return apiKey === null ? text : text.replaceAll(apiKey, '[api key]')
}
