import { type IdKind, isId } from '@modei/protocol/ids'
import type { routes } from '@modei/protocol/routes'
import { ValidationError } from '../errors.ts'

type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never
type ParamName = NamesIn<(typeof routes)[keyof typeof routes]['path']>

// A path parameter that is missing here does not compile.
const KIND_BY_PARAM: Readonly<Record<ParamName, IdKind | 'number'>> = {
  gate_id: 'gate',
  issuer_id: 'issuer',
  passport_id: 'passport',
  attestation_id: 'attestation',
  approval_id: 'approval',
  settlement_id: 'settlement',
  key_id: 'api_key',
  agent_id: 'agent',
  workspace_id: 'workspace',
  version: 'number',
}
const KINDS: ReadonlyMap<string, IdKind | 'number'> = new Map(Object.entries(KIND_BY_PARAM))

export type PathParams = Readonly<Record<string, string | number>>

/**
 * The address of a call. Every id is matched against its pattern first, so that no value climbs out of its place in
 * the path; query members that are `undefined` are left out.
 */
export function requestUrl(baseUrl: string, path: string, params: PathParams, query: object): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => pathValue(name, params[name]))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.append(name, queryValue(name, value))
  }
  const queryText = search.toString()
  return queryText === '' ? baseUrl + filled : `${baseUrl}${filled}?${queryText}`
}

function pathValue(name: string, value: unknown): string {
  const kind = KINDS.get(name)
  const valid = kind === 'number' ? isCount(value) : kind !== undefined && isId(kind, value)
  if (!valid) {
    const message = kind === 'number' ? 'must be a positive whole number' : `must be a valid ${kind} id`
    throw new ValidationError(`\`${name}\` ${message}`, {
      code: 'request_invalid',
      errors: [{ pointer: `/params/${name}`, message }],
    })
  }
  return encodeURIComponent(String(value))
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}

function queryValue(name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  throw new TypeError(`query value \`${name}\` must be a string, a finite number or a boolean`)
}
