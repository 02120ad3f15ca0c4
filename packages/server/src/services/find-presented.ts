import type { Refusal } from '@modei/core'
import {
  canonicalEnvelope,
  type Envelope,
  findForeignId,
  type KeySet,
  keySetOf,
  type PassportVerification,
  parseEnvelope,
  parseTimestamp,
  verifyPassport,
} from '@modei/protocol'
import { presentIssued } from './issued-passport.ts'
import type { IssuedPassport } from './passport-cache.ts'
import type { PresentedPassport } from './presented-passport.ts'
import { presentHeld } from './self-rooted-passport.ts'
import type { Services } from './services.ts'

export interface SignedEnvelopeInput {
  passport_json: unknown
  signature: string
}

export interface PassportReference {
  passport_id?: string | undefined
  passport?: SignedEnvelopeInput | undefined
}

export type Found =
  | { passport: PresentedPassport; inline: boolean }
  /** Presented and bad, or not known: refused, never downgraded to anonymous. */
  | { passport: null; refusal: Refusal }

/** A longer one must be registered, so that its id can be looked up and its holder limited. */
const MAX_INLINE_LIFETIME_MS = 30 * 86_400_000

const NOT_KNOWN: Found = {
  passport: null,
  refusal: { reason: 'passport_not_found', detail: 'the passport is not known' },
}

/** Finds the passport that a request names, or reads the one that it carries. */
export async function findPresented(services: Services, reference: PassportReference): Promise<Found> {
  const { passport_id: id, passport: inline } = reference
  if (inline !== undefined) return findInline(services, inline)
  if (id === undefined) return NOT_KNOWN
  const issued = await services.passports.find(id)
  if (issued !== undefined) return { passport: presentIssued(issued, services.instances), inline: false }
  return findRegistered(services, id)
}

async function findRegistered(services: Services, id: string): Promise<Found> {
  const row = await services.store.read
    .selectFrom('registered_passports')
    .select(['passport_json', 'signature'])
    .where('passport_id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return NOT_KNOWN
  const held = await verifyHeld(services, row.passport_json, row.signature)
  if ('refusal' in held) return { passport: null, refusal: held.refusal }
  return { passport: presentHeld(held, services.instances), inline: false }
}

async function findInline(
  services: Services,
  { passport_json, signature }: SignedEnvelopeInput,
): Promise<Found> {
  const held = await verifyHeld(services, passport_json, signature)
  if ('refusal' in held) return { passport: null, refusal: held.refusal }
  const { envelope } = held
  const { issuer, issued_at: issuedAt, expires_at: expiresAt } = envelope.provenance
  if (issuer.type === 'gate' || issuer.type === 'platform') {
    // Ours to know: its row says whether it was revoked, and its bytes must be those that were issued.
    const issued = await services.passports.find(envelope.passport_id)
    const same =
      issued !== undefined &&
      issued.row.signature === signature &&
      issued.row.passport_json === canonicalEnvelope(envelope)
    return same ? { passport: presentIssued(issued, services.instances), inline: true } : NOT_KNOWN
  }
  const lifetime = (parseTimestamp(expiresAt) ?? Number.NaN) - (parseTimestamp(issuedAt) ?? Number.NaN)
  // Written so that a lifetime that is no number refuses.
  if (!(lifetime <= MAX_INLINE_LIFETIME_MS)) {
    const detail = 'a passport presented inline may last 30 days at most: register it instead'
    return { passport: null, refusal: { reason: 'inline_expires_at_out_of_range', detail } }
  }
  return { passport: presentHeld(held, services.instances), inline: true }
}

export interface VerifiedPassport {
  envelope: Envelope
  verification: PassportVerification
  issued_root: IssuedPassport | undefined
}

/** Reads and verifies an envelope, its chain and the ids in it, with the keys of the gate or issuer at its root. */
export async function verifyHeld(
  services: Services,
  passportJson: unknown,
  signature: string,
): Promise<VerifiedPassport | { refusal: Refusal }> {
  const parsed = parseEnvelope(passportJson)
  if (!parsed.ok) return { refusal: { reason: parsed.reason_code, detail: parsed.detail } }
  const { envelope } = parsed
  const root = envelope.provenance.delegation_chain?.[0]?.passport_json ?? envelope
  const keys = await issuerKeys(services, root)
  const now = await services.store.now()
  const verification = verifyPassport(passportJson, signature, { now, keys })
  const foreign = verification.valid ? findForeignId(envelope) : undefined
  if (foreign !== undefined) {
    const detail = `the id at ${foreign} is not that of the key`
    return { refusal: { reason: 'invalid_envelope_shape', detail } }
  }
  // Expiry is judged by the decision's own time, with everything else about the passport known.
  if (!verification.valid && verification.reason_code !== 'passport_expired') {
    return { refusal: { reason: verification.reason_code, detail: verification.detail } }
  }
  const isDelegated = envelope.provenance.issuer.type === 'delegate'
  const issuedRoot =
    isDelegated && isIssued(root) ? await services.passports.find(root.passport_id) : undefined
  if (isDelegated && isIssued(root) && !isSameRoot(issuedRoot, root)) {
    return { refusal: { reason: 'passport_not_found', detail: 'the root of the chain is not known' } }
  }
  return { envelope, verification, issued_root: issuedRoot }
}

function isIssued(root: Envelope): boolean {
  return root.provenance.issuer.type === 'gate' || root.provenance.issuer.type === 'platform'
}

function isSameRoot(issued: IssuedPassport | undefined, root: Envelope): boolean {
  return issued !== undefined && issued.row.passport_json === canonicalEnvelope(root)
}

/** The keys with which the gate or issuer of a root signs or has signed. */
async function issuerKeys({ store }: Services, root: Envelope): Promise<KeySet> {
  const { type, id } = root.provenance.issuer
  if (type !== 'gate' && type !== 'platform') return keySetOf([])
  const rows = await store.read
    .selectFrom('signing_keys')
    .select(['id', 'public_key', 'status'])
    .where('owner_id', '=', id)
    .execute()
  const keys = rows.map((row) => ({ key_id: row.id, public_key: row.public_key, status: row.status }))
  return keySetOf([{ type, id, signing_keys: keys }])
}
