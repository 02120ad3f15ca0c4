import type { Refusal } from '@modei/core'
import { type Envelope, parseTimestamp } from '@modei/protocol'
import { presentIssued } from './issued-passport.ts'
import type { PresentedPassport } from './presented-passport.ts'
import { presentHeld } from './self-rooted-passport.ts'
import type { Services } from './services.ts'
import { isIssued, isSameBytes, rootOf, verifyHeld } from './verify-held.ts'

export interface SignedEnvelopeInput {
  passport_json: unknown
  signature: string
}

export interface PassportReference {
  passport_id?: string | undefined
  passport?: SignedEnvelopeInput | undefined
}

export interface FoundPassport {
  passport: PresentedPassport
  inline: boolean
}

export type Found =
  | FoundPassport
  /** Presented and bad, or not known: refused, never downgraded to anonymous. */
  | { passport: null; refusal: Refusal; claimed_root: ClaimedRoot }

/** What the root of a refused passport says of itself; `unreadable` when not even that can be told. */
export type ClaimedRoot = 'self' | 'issued' | 'unreadable'

/** A longer one must be registered, so that its id can be looked up and its holder limited. */
const MAX_INLINE_LIFETIME_MS = 30 * 86_400_000

/** An id that is not known could be one of a passport that a gate issued. */
export const PASSPORT_NOT_KNOWN: Found = {
  passport: null,
  refusal: { reason: 'passport_not_found', detail: 'the passport is not known' },
  claimed_root: 'issued',
}

/** Finds the passport that a request names, or reads the one that it carries. */
export async function findPresented(services: Services, reference: PassportReference): Promise<Found> {
  const { passport_id: id, passport: inline } = reference
  if (inline !== undefined) return findInline(services, inline)
  if (id === undefined) return PASSPORT_NOT_KNOWN
  const issued = await services.passports.find(id)
  if (issued !== undefined) return { passport: presentIssued(issued, services.instances), inline: false }
  return findRegistered(services, id)
}

/** The bytes of a registered passport. */
export function findRegisteredRow({ store }: Services, id: string) {
  return store.read
    .selectFrom('registered_passports')
    .select(['passport_json', 'signature', 'passport_key', 'agent_id'])
    .where('passport_id', '=', id)
    .executeTakeFirst()
}

async function findRegistered(services: Services, id: string): Promise<Found> {
  const row = await findRegisteredRow(services, id)
  if (row === undefined) return PASSPORT_NOT_KNOWN
  const verified = await verifyHeld(services, row.passport_json, row.signature)
  if (!verified.ok) return refused(verified.refusal, verified.envelope)
  return { passport: presentHeld(verified.held, services.instances), inline: false }
}

async function findInline(
  services: Services,
  { passport_json, signature }: SignedEnvelopeInput,
): Promise<Found> {
  const verified = await verifyHeld(services, passport_json, signature)
  if (!verified.ok) return refused(verified.refusal, verified.envelope)
  const { envelope } = verified.held
  const { issued_at: issuedAt, expires_at: expiresAt } = envelope.provenance
  const lifetime = (parseTimestamp(expiresAt) ?? Number.NaN) - (parseTimestamp(issuedAt) ?? Number.NaN)
  // Written so that a lifetime that is no number refuses.
  if (!(lifetime <= MAX_INLINE_LIFETIME_MS)) {
    const detail = 'a passport presented inline may last 30 days at most: name it by its id instead'
    return refused({ reason: 'inline_expires_at_out_of_range', detail }, envelope)
  }
  if (!isIssued(envelope)) return { passport: presentHeld(verified.held, services.instances), inline: true }
  // Ours to know: its row says whether it was revoked, and its bytes must be those that were issued.
  const issued = await services.passports.find(envelope.passport_id)
  if (issued === undefined || !isSameBytes(issued, envelope)) return PASSPORT_NOT_KNOWN
  return { passport: presentIssued(issued, services.instances), inline: true }
}

function refused(refusal: Refusal, envelope: Envelope | undefined): Found {
  const claimed = envelope === undefined ? 'unreadable' : isIssued(rootOf(envelope)) ? 'issued' : 'self'
  return { passport: null, refusal, claimed_root: claimed }
}
