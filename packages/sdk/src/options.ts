import type { ApiVersion } from '@modei/protocol/decision-words'

export interface ModeiClientOptions {
  /** Default: `MODEI_API_KEY`. `null` makes a client for public calls: it sends no key. */
  apiKey?: string | null | undefined
  /** Default: `MODEI_API_URL`, else `https://modei.ai`. */
  baseUrl?: string | undefined
  /** How long one try may take, its answer read. Default: 30,000. */
  timeoutMs?: number | undefined
  /** How often a call that is safe to repeat is tried again. Default: 2. */
  retries?: number | undefined
  /** Which decision words the server answers; default: those that the key was made for. */
  apiVersion?: ApiVersion | undefined
  /** What sends the requests. Default: the runtime's `fetch`. */
  fetch?: Fetch | undefined
}

export interface CallOptions {
  /** Ends the call, and any waiting between its tries. The call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined
  /** How long one try may take, in place of the client's setting. */
  timeoutMs?: number | undefined
  /** Names this call to the server: under one key a repeat, from another process too, acts once. */
  idempotencyKey?: string | undefined
}

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>
