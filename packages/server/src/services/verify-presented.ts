import type { Refusal } from '@modei/core'
import {
  canonicalEnvelope,
  type Envelope,
  isId,
  type PassportVerifyResult,
  parseTimestamp,
  REASONS,
  type ReasonCode,
} from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { findRegisteredRow, type SignedEnvelopeInput } from './find-presented.ts'
import { issuedRevocation } from './issued-passport.ts'
import type { IssuedPassport } from './passport-cache.ts'
import { readRevocationFacts } from './revocation-facts.ts'
import { lineRevocation, revocationKeysOf } from './self-rooted-passport.ts'
import type { Services } from './services.ts'
import { isIssued, isSameBytes, rootOf, verifyHeld } from './verify-held.ts'

const UNREAD: Omit<PassportVerifyResult, 'valid' | 'reason_code' | 'reason'> = {
  tier: null,
  status: 'unknown',
  passport_id: null,
  agent_id: null,
  issuer_id: null,
  permissions: [],
  expires_at: null,
}

/**
 * Judges an envelope as evidence: its bytes, its chain, its expiry, and what became of it here. Of gates and issuers,
 * those of the caller's workspace are known; those of another are as unknown as ones that never were.
 */
export async function verifyPresented(
  services: Services,
  caller: Caller,
  { passport_json: passportJson, signature }: SignedEnvelopeInput,
): Promise<PassportVerifyResult> {
  const verified = await verifyHeld(services, passportJson, signature)
  if (!verified.ok) return verdict(verified.refusal, { ...UNREAD, ...claimsOf(verified.envelope) })
  const { held } = verified
  const { envelope } = held
  const root = await findOwnRoot(services, caller, envelope)
  if (root === undefined && isIssued(rootOf(envelope))) {
    const detail = `key '${rootOf(envelope).provenance.issuer.key_id}' is not known here`
    return verdict({ reason: 'signature_key_unavailable', detail }, { ...UNREAD, ...claimsOf(envelope) })
  }
  const keys = isIssued(envelope) ? [] : revocationKeysOf(held)
  const facts = await readRevocationFacts(services.store.read, { issued: root, keys })
  const revoked =
    isIssued(envelope) && root !== undefined ? issuedRevocation(root, facts) : lineRevocation(held, facts)
  const expired = (parseTimestamp(envelope.provenance.expires_at) ?? 0) <= (await services.store.now())
  const refusal = expired
    ? { reason: 'passport_expired', detail: `expired at ${envelope.provenance.expires_at}` }
    : revoked
  const known = isIssued(envelope) || (await isRegistered(services, envelope))
  return verdict(refusal, {
    ...UNREAD,
    ...claimsOf(envelope),
    tier: held.tier,
    status: statusOf(revoked, expired, known),
  })
}

function statusOf(revoked: Refusal | null, expired: boolean, known: boolean): PassportVerifyResult['status'] {
  if (revoked !== null) return 'revoked'
  if (expired) return 'expired'
  return known ? 'active' : 'unknown'
}

function verdict(
  refusal: Refusal | null,
  rest: Omit<PassportVerifyResult, 'valid' | 'reason_code' | 'reason'>,
): PassportVerifyResult {
  if (refusal === null) return { valid: true, reason_code: null, reason: null, ...rest }
  return { valid: false, reason_code: refusal.reason, reason: sentenceOf(refusal), ...rest }
}

function sentenceOf({ reason, detail }: Refusal): string {
  return isReasonCode(reason) ? `${REASONS[reason]} (${detail})` : detail
}

function isReasonCode(reason: string): reason is ReasonCode {
  return Object.hasOwn(REASONS, reason)
}

/** What an envelope says of itself; proved only where the verdict is that it is valid. */
function claimsOf(envelope: Envelope | undefined) {
  if (envelope === undefined) return {}
  const { passport_id, identity, permissions, provenance } = envelope
  const { type, id } = provenance.issuer
  return {
    passport_id,
    agent_id: identity.agent_id,
    issuer_id: type === 'platform' && isId('issuer', id) ? id : null,
    permissions: permissions.map(({ permission_key }) => permission_key),
    expires_at: provenance.expires_at,
  }
}

/** The row of the issued passport that an envelope is, or descends from. */
async function findOwnRoot(
  { passports }: Services,
  caller: Caller,
  envelope: Envelope,
): Promise<IssuedPassport | undefined> {
  const root = rootOf(envelope)
  if (!isIssued(root)) return undefined
  const issued = await passports.find(root.passport_id)
  return issued?.row.workspace_id === caller.workspace_id && isSameBytes(issued, root) ? issued : undefined
}

async function isRegistered(services: Services, envelope: Envelope): Promise<boolean> {
  const row = await findRegisteredRow(services, envelope.passport_id)
  return row?.passport_json === canonicalEnvelope(envelope)
}
