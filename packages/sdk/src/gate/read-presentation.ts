import { isId } from '@modei/protocol/ids'
import {
  ASSERTION_HEADER,
  decodeHeaderJson,
  PASSPORT_HEADER,
  PASSPORT_ID_HEADER,
} from '../presentation-headers.ts'
import type { Presentation, PresentedAssertion, PresentedEnvelope } from './gate-request.ts'

/** The value of a header by its name; undefined or null when it is absent. */
export type HeaderLookup = (name: string) => string | readonly string[] | null | undefined

export type PresentationRead =
  | { readonly ok: true; readonly presentation: Presentation }
  | { readonly ok: false; readonly reason_code: string; readonly detail: string }

/** Reads what a request shows of its caller. A header that is there and cannot be read is refused, never ignored. */
export function readPresentation(header: HeaderLookup): PresentationRead {
  const passport = header(PASSPORT_HEADER) ?? undefined
  const id = header(PASSPORT_ID_HEADER) ?? undefined
  const assertion = header(ASSERTION_HEADER) ?? undefined
  const envelope = passport === undefined ? undefined : readEnvelope(passport)
  if (passport !== undefined && envelope === undefined) {
    return refused('invalid_envelope_shape', PASSPORT_HEADER, 'base64url of {passport_json, signature}')
  }
  if (id !== undefined && !isId('passport', id)) {
    return refused('invalid_passport_reference', PASSPORT_ID_HEADER, 'the id of a passport')
  }
  const asserted = assertion === undefined ? undefined : readAssertion(assertion)
  if (assertion !== undefined && asserted === undefined) {
    const form = 'base64url of {assertion_json, assertion_signature}'
    return refused('assertion_mismatch', ASSERTION_HEADER, form)
  }
  return { ok: true, presentation: { passport: envelope, passport_id: id, assertion: asserted } }
}

function refused(reason_code: string, name: string, form: string): PresentationRead {
  return { ok: false, reason_code, detail: `\`${name}\` is not ${form}` }
}

function readEnvelope(value: string | readonly string[]): PresentedEnvelope | undefined {
  const members = readMembers(value, 'passport_json', 'signature')
  return members === undefined ? undefined : { passport_json: members[0], signature: members[1] }
}

function readAssertion(value: string | readonly string[]): PresentedAssertion | undefined {
  const members = readMembers(value, 'assertion_json', 'assertion_signature')
  if (members === undefined) return undefined
  const [assertion_json, assertion_signature] = members
  return typeof assertion_json === 'object' && assertion_json !== null
    ? { assertion_json, assertion_signature }
    : undefined
}

/** Exactly two members, the second of them text. A header that was sent twice is none that can be read. */
function readMembers(
  value: string | readonly string[],
  first: string,
  second: string,
): [unknown, string] | undefined {
  const object = typeof value === 'string' ? decodeHeaderJson(value) : undefined
  if (typeof object !== 'object' || object === null || Object.keys(object).length !== 2) return undefined
  const text: unknown = Object.hasOwn(object, second) ? Reflect.get(object, second) : undefined
  if (typeof text !== 'string' || !Object.hasOwn(object, first)) return undefined
  return [Reflect.get(object, first), text]
}
