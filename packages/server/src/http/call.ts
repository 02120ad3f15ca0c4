import type { ApiVersion, Operation } from '@modei/protocol'
import type { z } from 'zod'
import type { IdempotencyClaim } from '../store/store.ts'

/** Who is calling, with a valid key. */
export interface Caller {
  workspace_id: string
  mode: 'live' | 'test'
  key_id: string
  scopes: readonly string[]
}

type Output<T> = T extends z.ZodType ? z.output<T> : undefined

/** One request, authenticated and parsed. Services never see HTTP. */
export interface Call<O extends Operation> {
  caller: O['access'] extends { scope: unknown } ? Caller : Caller | null
  params: Output<O['params']>
  query: Output<O['query']>
  body: Output<O['body']>
  api_version: ApiVersion
  request_id: string
  /** The client's network address, trusted proxies taken into account. */
  address: string
  idempotency: IdempotencyClaim | null
}
