import { routes } from '@modei/protocol/routes'
import { ModeiError } from './errors.ts'
import { circumstances, exchangeBytes, exchangeJson, type WireRequest } from './http/exchange.ts'
import { readNextCursor } from './http/next-cursor.ts'
import { encodeBody } from './http/request-body.ts'
import { requestHeaders } from './http/request-headers.ts'
import { type PathParams, requestUrl } from './http/request-url.ts'
import type { CallOptions, ModeiClientOptions } from './options.ts'
import { retryOf } from './retry.ts'
import { readSettings, type Settings } from './settings.ts'
import type { Calls } from './wire.ts'

type IdsWith<Mark> = { [Id in keyof Calls]: Calls[Id] extends Mark ? Id : never }[keyof Calls]

/** Calls whose answer is a bare list, in pages. */
export type PagedCallId = IdsWith<{ paged: true }>
/** Calls whose answer is a stream of bytes. */
export type StreamedCallId = IdsWith<{ streamed: true }>
/** Calls whose answer is JSON. */
export type CallId = Exclude<keyof Calls, StreamedCallId>

/** What a call takes: its path parameters, query and body, where it has such. */
export type CallArguments<Id extends keyof Calls> = Calls[Id]['takes']
export type CallAnswer<Id extends keyof Calls> = Calls[Id]['answers']

interface AnyArguments {
  params?: PathParams
  query?: object | undefined
  body?: unknown
}

/** Makes any call of the API by its id, such as `list_gates`. `ModeiClient` adds a named method for each. */
export class Caller {
  readonly baseUrl: string
  readonly #settings: Settings
  readonly #closing = new AbortController()

  /** Throws when an option is not usable, or when there is no API key and `apiKey` is not `null`. */
  constructor(options: ModeiClientOptions = {}) {
    this.#settings = readSettings(options)
    this.baseUrl = this.#settings.baseUrl
  }

  /** Makes one call and answers its JSON. */
  async call<Id extends CallId>(
    id: Id,
    takes: CallArguments<Id>,
    options: CallOptions = {},
  ): Promise<CallAnswer<Id>> {
    const { value } = await exchangeJson(this.#request(id, takes, options), this.#under(options))
    // The server strips its answers to the schemas that these types are printed from.
    return value as CallAnswer<Id>
  }

  /** Makes a call for every page of a list, as far as the loop goes; `query.limit` is the size of a page. */
  async *iterate<Id extends PagedCallId>(
    id: Id,
    takes: CallArguments<Id>,
    options: CallOptions = {},
  ): AsyncGenerator<CallAnswer<Id>[number], void, undefined> {
    const { query, ...rest }: AnyArguments = takes
    for (let cursor: string | undefined; ; ) {
      const page = cursor === undefined ? query : { ...query, cursor }
      const request = this.#request(id, { ...rest, query: page }, options)
      const { value, headers } = await exchangeJson(request, this.#under(options))
      if (!Array.isArray(value))
        throw new ModeiError('the answer is not a list', { code: 'invalid_response' })
      yield* value
      const next = readNextCursor(headers)
      if (next === undefined) return
      if (next === cursor)
        throw new ModeiError('the next page is the same page', { code: 'invalid_response' })
      cursor = next
    }
  }

  /** Makes a call when the loop begins, and yields the bytes of its answer as they come. */
  async *stream<Id extends StreamedCallId>(
    id: Id,
    takes: CallArguments<Id>,
    options: CallOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    yield* exchangeBytes(this.#request(id, takes, options), this.#under(options))
  }

  /** Ends every call that still runs; it and any later one rejects with `client_closed`. */
  close(): void {
    this.#closing.abort(new ModeiError('the client is closed', { code: 'client_closed' }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  /** What `console.log` shows. The key is private to this class and in none of it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `${this.constructor.name} { baseUrl: '${this.baseUrl}' }`
  }

  #under(options: CallOptions) {
    return circumstances(this.#settings, options, this.#closing.signal)
  }

  #request(
    id: keyof Calls,
    { params = {}, query = {}, body }: AnyArguments,
    options: CallOptions,
  ): WireRequest {
    if (!Object.hasOwn(routes, id)) throw new TypeError(`there is no call \`${id}\``)
    const { method, path } = routes[id]
    const retry = retryOf(id)
    return {
      method,
      url: requestUrl(this.baseUrl, path, params, query),
      headers: requestHeaders(this.#settings, retry, body !== undefined, options.idempotencyKey),
      body: body === undefined ? undefined : encodeBody(body),
      retries: mayRepeat(retry, this.#settings) ? this.#settings.retries : 0,
    }
  }
}

/** A server ignores the `Idempotency-Key` of a caller that it does not know, so without an API key it protects nothing. */
function mayRepeat(retry: 'safe' | 'with_key' | 'never', { apiKey }: Settings): boolean {
  return retry === 'safe' || (retry === 'with_key' && apiKey !== null)
}
