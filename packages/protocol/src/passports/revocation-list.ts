import { encodeBase64 } from '../crypto/base64.ts'
import { canonicalJson } from '../crypto/canonical-json.ts'
import { signEd25519 } from '../crypto/ed25519.ts'
import { parseStrictJson } from '../crypto/strict-json.ts'
import { utf8Bytes } from '../crypto/utf8.ts'
import { parseAnsweredTimestamp } from '../time.ts'
import { MAX_CLOCK_SKEW_MS } from './chain-rules.ts'
import {
  readArray,
  readNonEmptyString,
  readObject,
  readSignedTime,
  readString,
  ShapeError,
} from './closed-shape.ts'
import { isPlainObject } from './json.ts'
import { isTrustedKey, type KeySet } from './key-set.ts'
import { findSignatureFault } from './signature-check.ts'

/** One passport that its gate revoked before it expired. */
export interface RevocationEntry {
  readonly passport_id: string
  readonly revoked_at: string
  readonly expires_at: string
}

/** The signed statement: at `issued_at` these, and no other unexpired passports of the gate, were revoked. */
export interface RevocationList {
  readonly type: 'revocation_list'
  readonly schema_version: 1
  readonly gate_id: string
  readonly issued_at: string
  readonly signing_key_id: string
  readonly entries: readonly RevocationEntry[]
}

export interface SignedRevocationList {
  /** The exact text that was signed: RFC 8785 of a {@link RevocationList}. */
  readonly revocations_json: string
  /** Standard base64 of 64 bytes. */
  readonly signature: string
  readonly signing_key_id: string
}

export type RevocationListFault =
  | 'revocation_list_malformed'
  | 'revocation_list_wrong_gate'
  | 'signature_key_unavailable'
  | 'signature_invalid'
  | 'revocation_list_stale'

export type RevocationListVerification =
  | { readonly ok: true; readonly list: RevocationList; readonly revokedIds: ReadonlySet<string> }
  | { readonly ok: false; readonly code: RevocationListFault; readonly detail: string }

/** Signs a list with the seed of the gate's key `list.signing_key_id`. */
export function signRevocationList(
  list: Omit<RevocationList, 'type' | 'schema_version'>,
  seed: Uint8Array,
): SignedRevocationList {
  const revocations_json = canonicalJson({ type: 'revocation_list', schema_version: 1, ...list })
  return {
    revocations_json,
    signature: encodeBase64(signEd25519(utf8Bytes(revocations_json), seed)),
    signing_key_id: list.signing_key_id,
  }
}

export interface VerifyRevocationListOptions {
  readonly gateId: string
  readonly keys: KeySet
  /** Unix milliseconds. */
  readonly now: number
  /** An older list is refused: withholding a new one must not hide a revocation for longer than this. */
  readonly maxAgeMs: number
}

/** Checks who signed a list and how old it is. Attacker-controlled. Never throws. */
export function verifyRevocationList(
  signed: unknown,
  { gateId, keys, now, maxAgeMs }: VerifyRevocationListOptions,
): RevocationListVerification {
  try {
    // Only the signed text is closed; a newer server may put more beside it.
    const outer = isPlainObject(signed) ? signed : {}
    const text = readString(outer.revocations_json, '/revocations_json')
    const list = readList(text)
    if (list.gate_id !== gateId)
      return refuse('revocation_list_wrong_gate', `it is of gate '${list.gate_id}'`)
    // The key is the one that the signed text names; members beside it are only a convenience.
    const key = keys.findKey({ type: 'gate', id: gateId, key_id: list.signing_key_id })
    if (key === undefined || !isTrustedKey(key)) {
      return refuse('signature_key_unavailable', `key '${list.signing_key_id}' is unknown or not trusted`)
    }
    if (findSignatureFault(outer.signature, key.public_key, () => utf8Bytes(text)) !== undefined) {
      return refuse('signature_invalid', 'the signature does not verify')
    }
    const age = now - (parseAnsweredTimestamp(list.issued_at) ?? Number.NaN)
    // Written so that a time that is no number refuses.
    if (!(age <= maxAgeMs && age >= -MAX_CLOCK_SKEW_MS)) {
      return refuse('revocation_list_stale', `it was issued at ${list.issued_at}`)
    }
    return { ok: true, list, revokedIds: new Set(list.entries.map((entry) => entry.passport_id)) }
  } catch (error) {
    const detail = error instanceof ShapeError ? error.message : 'the list could not be read'
    return refuse('revocation_list_malformed', detail)
  }
}

function refuse(code: RevocationListFault, detail: string): RevocationListVerification {
  return { ok: false, code, detail }
}

const LIST_KEYS = ['type', 'schema_version', 'gate_id', 'issued_at', 'signing_key_id', 'entries']
const ENTRY_KEYS = ['passport_id', 'revoked_at', 'expires_at']

function readList(text: string): RevocationList {
  const parsed = parseStrictJson(text, { maxDepth: 4 })
  if (!parsed.ok) throw new ShapeError(parsed.pointer, parsed.message)
  const list = readObject(parsed.value, LIST_KEYS, '')
  if (list.type !== 'revocation_list') throw new ShapeError('/type', "must be 'revocation_list'")
  if (list.schema_version !== 1) throw new ShapeError('/schema_version', 'must be 1')
  return {
    type: 'revocation_list',
    schema_version: 1,
    gate_id: readNonEmptyString(list.gate_id, '/gate_id'),
    issued_at: readSignedTime(list.issued_at, '/issued_at'),
    signing_key_id: readNonEmptyString(list.signing_key_id, '/signing_key_id'),
    entries: readArray(list.entries, '/entries').map((entry, index) => readEntry(entry, `/entries/${index}`)),
  }
}

function readEntry(value: unknown, path: string): RevocationEntry {
  const entry = readObject(value, ENTRY_KEYS, path)
  return {
    passport_id: readNonEmptyString(entry.passport_id, `${path}/passport_id`),
    revoked_at: readSignedTime(entry.revoked_at, `${path}/revoked_at`),
    expires_at: readSignedTime(entry.expires_at, `${path}/expires_at`),
  }
}
