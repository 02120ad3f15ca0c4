import { delegateIssuerId } from './agent-id.ts'
import type { Envelope } from './envelope.ts'
import { isPublicKeyText } from './signature-check.ts'
import { findExtension, findWidening } from './subset.ts'
import { type LineMember, type PassportRefusal, refusePassport } from './verification.ts'

/** How far ahead of the verifier another machine's clock may be. */
export const MAX_CLOCK_SKEW_MS = 60_000

/** The first link of a signed line that grants more, or for longer, than the one above it. */
export function findElevation(line: readonly LineMember[]): PassportRefusal | undefined {
  for (const [index, { label, envelope }] of line.entries()) {
    const above = line[index - 1]
    if (above === undefined) continue
    const pair = `${above.label}→${label}`
    const wider = findWidening(above.envelope, envelope)
    if (wider !== undefined)
      return refusePassport('permission_elevation_in_chain', `${pair}: ${wider.detail}`)
    const longer = findExtension(above.envelope, envelope)
    if (longer !== undefined) return refusePassport('expiry_extension_in_chain', `${pair}: ${longer.detail}`)
  }
  return undefined
}

/**
 * What a signature alone does not say: that every link was signed below these very links, this root and this gate.
 * Without it a holder puts another root of the same key above a link and dodges the revocation of the first.
 */
export function findLooseLink(line: readonly LineMember[], leaf: Envelope): PassportRefusal | undefined {
  const chain = leaf.provenance.delegation_chain ?? []
  const root = chain[0]?.passport_json
  if (root === undefined) return undefined
  const pin = inheritedPin(root)
  for (const [index, { label, envelope }] of line.entries()) {
    if (index === 0) continue
    const {
      issuer,
      delegation_chain: own,
      gate_id,
      catalog_content_hash,
      catalog_version,
    } = envelope.provenance
    const loose = (why: string) => refusePassport('delegation_chain_invalid_root', `${label}: ${why}`)
    if (issuer.type !== 'delegate' || issuer.id !== delegateIssuerId(root)) {
      return loose(`issuer must be 'delegate' with id '${delegateIssuerId(root)}'`)
    }
    // INVARIANT: the parser makes equal nested links the same object.
    if (own?.length !== index || !own.every((link, place) => link === chain[place])) {
      return loose('its own delegation_chain differs from the links above it')
    }
    if (
      gate_id !== pin.gate_id ||
      catalog_content_hash !== pin.catalog_content_hash ||
      catalog_version !== pin.catalog_version
    ) {
      return loose('gate_id and catalog pin must be those of a gate root, and null below any other')
    }
  }
  return undefined
}

/** The gate and catalog that every passport below `root` carries. */
export function inheritedPin({ provenance }: Envelope): {
  gate_id: string | null
  catalog_content_hash: string | null
  catalog_version: number | null
} {
  const { issuer, gate_id, catalog_content_hash, catalog_version } = provenance
  return issuer.type === 'gate'
    ? { gate_id, catalog_content_hash, catalog_version }
    : { gate_id: null, catalog_content_hash: null, catalog_version: null }
}

/** A holder without a usable key could prove nothing; nobody signs with the leaf's key, so nothing else looks at it. */
export function findUnusableKey({ identity }: Envelope): PassportRefusal | undefined {
  return isPublicKeyText(identity.public_key)
    ? undefined
    : refusePassport('public_key_malformed', 'identity.public_key is not standard base64 of 32 bytes')
}

/** The comparisons are written so that a time that is no number refuses. */
export function findWrongTime(
  line: readonly LineMember[],
  leaf: Envelope,
  now: number,
): PassportRefusal | undefined {
  for (const { label, envelope } of line) {
    if (!(timeOf(envelope.provenance.issued_at) <= now + MAX_CLOCK_SKEW_MS)) {
      return refusePassport(
        'invalid_envelope_shape',
        `${label}: issued_at ${envelope.provenance.issued_at} is more than 60 s ahead`,
      )
    }
  }
  // INVARIANT: no ancestor expires earlier than the leaf; findElevation has refused that.
  return now < timeOf(leaf.provenance.expires_at)
    ? undefined
    : refusePassport('passport_expired', `expired at ${leaf.provenance.expires_at}`)
}

// INVARIANT: the parser of envelopes has let only existing times of the one signed form through, which this reads
// exactly; of any other text it would make a guess.
function timeOf(signedTime: string): number {
  return Date.parse(signedTime)
}
