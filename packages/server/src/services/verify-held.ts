import type { Refusal } from '@modei/core'
import {
  canonicalEnvelope,
  type Envelope,
  findForeignId,
  type KeySet,
  keySetOf,
  parseEnvelope,
  type TrustTier,
  verifyPassport,
} from '@modei/protocol'
import type { IssuedPassport } from './passport-cache.ts'
import type { Services } from './services.ts'

/** A passport whose bytes hold: its own signature, every one above it, and the ids in it. It may have expired. */
export interface HeldPassport {
  envelope: Envelope
  tier: TrustTier
  /** The server-issued root of its chain, where it has one. */
  issued_root: IssuedPassport | undefined
}

export type Held =
  | { ok: true; held: HeldPassport }
  /** `envelope` is what could be read, and none of it is proved. */
  | { ok: false; refusal: Refusal; envelope: Envelope | undefined }

/**
 * Reads and verifies an envelope, its chain and the ids in it, with the keys of the gate or issuer at its root.
 * Expiry, revocation and compromised keys are left to whoever decides: they change while the bytes do not.
 */
export async function verifyHeld(
  services: Services,
  passportJson: unknown,
  signature: string,
): Promise<Held> {
  const parsed = parseEnvelope(passportJson)
  if (!parsed.ok) return refuse(parsed.reason_code, parsed.detail)
  const { envelope } = parsed
  const root = rootOf(envelope)
  const [keys, now] = await Promise.all([issuerKeys(services, root), services.store.now()])
  const verified = verifyPassport(passportJson, signature, { now, keys })
  if (!verified.valid && verified.reason_code !== 'passport_expired') {
    return refuse(verified.reason_code, verified.detail, envelope)
  }
  const foreign = findForeignId(envelope)
  if (foreign !== undefined) {
    return refuse('invalid_envelope_shape', `the id at ${foreign} is not that of its key`, envelope)
  }
  const isDelegated = envelope.provenance.issuer.type === 'delegate'
  const issuedRoot =
    isDelegated && isIssued(root) ? await services.passports.find(root.passport_id) : undefined
  if (isDelegated && isIssued(root) && !isSameBytes(issuedRoot, root)) {
    return refuse('passport_not_found', 'the root of the chain is not known', envelope)
  }
  // A verdict without a tier has none to lend.
  return { ok: true, held: { envelope, tier: verified.tier ?? 'L0', issued_root: issuedRoot } }
}

/** The envelope at the top of a chain; an envelope without one is its own root. */
export function rootOf(envelope: Envelope): Envelope {
  return envelope.provenance.delegation_chain?.[0]?.passport_json ?? envelope
}

/** Whether a gate or an issuer signed it, so that its row says what became of it. */
export function isIssued({ provenance }: Envelope): boolean {
  return provenance.issuer.type === 'gate' || provenance.issuer.type === 'platform'
}

export function isSameBytes(issued: IssuedPassport | undefined, envelope: Envelope): boolean {
  return issued !== undefined && issued.row.passport_json === canonicalEnvelope(envelope)
}

function refuse(reason: string, detail: string, envelope?: Envelope): Held {
  return { ok: false, refusal: { reason, detail }, envelope }
}

/** The keys with which the gate or issuer of a root signs or has signed. */
async function issuerKeys({ store }: Services, root: Envelope): Promise<KeySet> {
  const { type, id } = root.provenance.issuer
  if (type !== 'gate' && type !== 'platform') return keySetOf([])
  const rows = await store.read
    .selectFrom('signing_keys')
    .select(['id', 'public_key'])
    .where('owner_id', '=', id)
    .execute()
  // A compromised key still tells whose bytes these are. That it counts for nothing is judged in the decision, where
  // it is known at once and named as the reason.
  const keys = rows.map((row) => ({ key_id: row.id, public_key: row.public_key, status: 'retired' }))
  return keySetOf([{ type, id, signing_keys: keys }])
}
