import { encodeBase64 } from '../crypto/base64.ts'
import { canonicalizeStrict } from '../crypto/canonical-json.ts'
import { signEd25519 } from '../crypto/ed25519.ts'
import { parseTimestamp } from '../time.ts'
import {
  readNonEmptyString,
  readObject,
  readString,
  readStringOrNull,
  readWholeNumber,
  ShapeError,
} from './closed-shape.ts'
import { findSignatureFault } from './signature-check.ts'

/** An assertion is believed this long before and after the time that it names. */
export const ASSERTION_WINDOW_MS = 300_000

/** A time in an assertion: RFC 3339 with a zone, or Unix milliseconds. */
export type AssertionTime = string | number

/** What the holder of a passport says about one request. Members that the request lacks are absent or null. */
export interface ActionAssertion {
  readonly passport_id: string
  readonly gate_id: string | null
  readonly action: string
  readonly target?: string | null
  readonly cost_cents?: number | null
  readonly nonce: string
  readonly timestamp: AssertionTime
}

/** What the holder of a passport, or of one above it, says to revoke it. */
export interface RevokeAssertion {
  readonly passport_id: string
  readonly action: 'revoke'
  readonly nonce: string
  readonly revoked_at: AssertionTime
}

export interface SignedAssertion<T = ActionAssertion | RevokeAssertion> {
  readonly assertion_json: T
  /** Standard base64 of the Ed25519 signature over the RFC 8785 bytes of `assertion_json`. */
  readonly assertion_signature: string
}

export type AssertionVerification<T> =
  | {
      readonly ok: true
      readonly assertion: T
      /** Unix milliseconds until which the nonce must be remembered, and after which it cannot be used. */
      readonly freshUntil: number
    }
  | { readonly ok: false; readonly reason_code: 'assertion_mismatch'; readonly detail: string }

/** The values of the request that an assertion must repeat; one that the request lacks must not be asserted. */
export type ExpectedAction = Omit<ActionAssertion, 'nonce' | 'timestamp'>

/** Signs an assertion with the passport's own 32-byte seed. Throws for values that JSON cannot say. */
export function signAssertion<T extends ActionAssertion | RevokeAssertion>(
  assertion: T,
  seed: Uint8Array,
): SignedAssertion<T> {
  const signature = signEd25519(canonicalizeStrict(assertion), seed)
  return { assertion_json: assertion, assertion_signature: encodeBase64(signature) }
}

/**
 * Checks proof of possession for one request. Whether the nonce was used before is the caller's to know. Never throws.
 * @param publicKey the passport's identity key, in base64
 */
export function verifyAssertion(
  signed: unknown,
  { expected, now, publicKey }: { expected: ExpectedAction; now: number; publicKey: string },
): AssertionVerification<ActionAssertion> {
  return verifySigned(signed, readActionAssertion, now, [publicKey], (assertion) => {
    const names = ['passport_id', 'gate_id', 'action', 'target', 'cost_cents'] as const
    return names.find((name) => (assertion[name] ?? null) !== (expected[name] ?? null))
  })
}

/**
 * Checks that the holder of a passport revokes it. Whether the nonce was used before is the caller's to know. Never
 * throws.
 * @param publicKeys the identity keys of the passport and of every one above it, any of which may revoke, in base64
 */
export function verifyRevokeAssertion(
  signed: unknown,
  options: { passportId: string; now: number; publicKeys: readonly string[] },
): AssertionVerification<RevokeAssertion> {
  return verifySigned(signed, readRevokeAssertion, options.now, options.publicKeys, (assertion) =>
    assertion.passport_id === options.passportId ? undefined : 'passport_id',
  )
}

function verifySigned<T extends ActionAssertion | RevokeAssertion>(
  signed: unknown,
  read: (value: unknown) => T,
  now: number,
  publicKeys: readonly string[],
  findMismatch: (assertion: T) => string | undefined,
): AssertionVerification<T> {
  try {
    const outer = readObject(signed, ['assertion_json', 'assertion_signature'], '')
    const assertion = read(outer.assertion_json)
    const mismatch = findMismatch(assertion)
    if (mismatch !== undefined) return mismatched(`\`${mismatch}\` is not that of the request`)
    const time = assertedAt(assertion)
    // Written so that a time that is no number refuses.
    if (!(Math.abs(now - time) <= ASSERTION_WINDOW_MS))
      return mismatched('its time is more than 5 minutes away')
    const message = canonicalizeStrict(assertion)
    const good = publicKeys.some(
      (key) => findSignatureFault(outer.assertion_signature, key, () => message) === undefined,
    )
    if (!good) return mismatched('the signature does not verify under the key of the passport')
    return { ok: true, assertion, freshUntil: time + ASSERTION_WINDOW_MS }
  } catch (error) {
    return mismatched(error instanceof ShapeError ? error.message : 'the assertion could not be read')
  }
}

function mismatched(detail: string): { ok: false; reason_code: 'assertion_mismatch'; detail: string } {
  return { ok: false, reason_code: 'assertion_mismatch', detail }
}

function assertedAt(assertion: ActionAssertion | RevokeAssertion): number {
  const time = 'timestamp' in assertion ? assertion.timestamp : assertion.revoked_at
  return typeof time === 'number' ? time : (parseTimestamp(time) ?? Number.NaN)
}

const PLACE = '/assertion_json'

function readActionAssertion(value: unknown): ActionAssertion {
  const required = ['passport_id', 'gate_id', 'action', 'nonce', 'timestamp']
  const members = readObject(value, required, PLACE, ['target', 'cost_cents'])
  return {
    passport_id: readNonEmptyString(members.passport_id, `${PLACE}/passport_id`),
    gate_id: readStringOrNull(members.gate_id, `${PLACE}/gate_id`),
    action: readNonEmptyString(members.action, `${PLACE}/action`),
    ...(Object.hasOwn(members, 'target') && {
      target: readStringOrNull(members.target, `${PLACE}/target`),
    }),
    ...(Object.hasOwn(members, 'cost_cents') && { cost_cents: readCentsOrNull(members.cost_cents) }),
    nonce: readNonce(members.nonce),
    timestamp: readTime(members.timestamp, `${PLACE}/timestamp`),
  }
}

function readRevokeAssertion(value: unknown): RevokeAssertion {
  const members = readObject(value, ['passport_id', 'action', 'nonce', 'revoked_at'], PLACE)
  if (members.action !== 'revoke') throw new ShapeError(`${PLACE}/action`, "must be 'revoke'")
  return {
    passport_id: readNonEmptyString(members.passport_id, `${PLACE}/passport_id`),
    action: 'revoke',
    nonce: readNonce(members.nonce),
    revoked_at: readTime(members.revoked_at, `${PLACE}/revoked_at`),
  }
}

const MAX_NONCE_LENGTH = 255

function readNonce(value: unknown): string {
  const nonce = readNonEmptyString(value, `${PLACE}/nonce`)
  if (nonce.length > MAX_NONCE_LENGTH)
    throw new ShapeError(`${PLACE}/nonce`, `is longer than ${MAX_NONCE_LENGTH}`)
  // It is remembered as it came, and not every database keeps NUL.
  if (/\p{Cc}/u.test(nonce)) throw new ShapeError(`${PLACE}/nonce`, 'holds a control character')
  return nonce
}

function readCentsOrNull(value: unknown): number | null {
  return value === null ? null : readWholeNumber(value, `${PLACE}/cost_cents`)
}

function readTime(value: unknown, path: string): AssertionTime {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  const text = readString(value, path)
  if (parseTimestamp(text) === undefined) throw new ShapeError(path, 'must be an RFC 3339 time with a zone')
  return text
}
