import type { z } from 'zod'
import type { Route, RouteId } from './routes.ts'
import { routes } from './routes.ts'

/** Who may call: a scope of an API key, nobody in particular, or a key only where one is given. */
export type Access = { scope: Scope } | 'public' | 'optional_key'

export const RESOURCES = [
  'gates',
  'passports',
  'issuers',
  'catalogs',
  'constraints',
  'enforcement',
  'attestations',
  'commerce',
  'approvals',
  'api_keys',
] as const
export type Resource = (typeof RESOURCES)[number]
export type Scope = `${Resource}:${'read' | 'write'}`

/** Whether a repeat of the call is harmless by itself, or needs an `Idempotency-Key` to be. */
export type Retry = 'safe' | 'with_key' | 'never'

export interface OperationSpec {
  /** One sentence: what the caller gets. Shown by OpenAPI, the SDK, MCP and the CLI. */
  summary: string
  access: Access
  /** Extra scopes that grant this operation alone, such as `passports:issue`. */
  aliases?: readonly string[]
  effect: 'read' | 'write' | 'destroy'
  retry: Retry
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** The body may be left out altogether. */
  bodyOptional?: boolean
  /** Status of the successful answer; 200 when it is left out. */
  status?: 200 | 201
  /** A second successful status, where nothing was left to create and the existing resource is answered. */
  existingStatus?: 200
  response: z.ZodType
  /** Bare array answers that are paged with `limit`, `cursor` and a `Link` header. */
  paged?: boolean
  /** Items on a page when the caller names no `limit`; 100 when it is left out. */
  defaultLimit?: 20 | 100 | 1000
  /** The answer is a stream of one of these media types instead of JSON; `response` then describes its text. */
  mediaTypes?: readonly string[]
  /** Carries signed envelopes: a body of up to 4 MiB and nesting of 64 instead of 1 MiB and 32. */
  largeBody?: boolean
  /** Members of the answer that are shown once and never stored for an idempotent replay. */
  secrets?: readonly string[]
  /** Error statuses beyond those that every operation can answer. */
  errors?: readonly number[]
  /** Resource group of documentation, CLI and MCP. */
  resource: string
}

export interface Operation extends OperationSpec {
  id: RouteId
  method: Route['method']
  path: string
}

/** What was described, with its id and route; members that were left out are known to be absent. */
export type Described<I extends RouteId, S extends OperationSpec> = S & {
  [K in Exclude<keyof OperationSpec, keyof S>]?: never
} & { id: I; method: (typeof routes)[I]['method']; path: (typeof routes)[I]['path'] }

/** Describes a call once, as data. The server, OpenAPI, SDK, MCP, CLI and documentation all read it. */
export function operation<const I extends RouteId, const S extends OperationSpec>(
  id: I,
  spec: S,
): Described<I, S>
export function operation(id: RouteId, spec: OperationSpec): Operation {
  const route: Route = routes[id]
  return { ...spec, id, method: route.method, path: route.path }
}
