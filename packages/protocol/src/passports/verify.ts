import { envelopeWriter } from './canonical-envelope.ts'
import { findElevation, findLooseLink, findUnusableKey, findWrongTime } from './chain-rules.ts'
import { findForgery } from './chain-signatures.ts'
import { findStructureFault } from './chain-structure.ts'
import type { KeySet } from './key-set.ts'
import { parseEnvelope } from './parse-envelope.ts'
import { deriveTier } from './tier.ts'
import { lineOf, type PassportVerification, refusePassport } from './verification.ts'

export interface VerifyPassportOptions {
  /** Unix milliseconds. There is no default: a verifier that forgets the time accepts expired passports. */
  readonly now: number
  /** Keys of gates and issuers. Without it, only passports rooted in a self-issued one can be verified. */
  readonly keys?: KeySet
}

/**
 * Verifies a passport and the chain above it: version, shape, leaf size, depth, root's chain, size and authority of
 * each link, signatures from the root down, then for each pair the grant before the expiry, then what ties the chain
 * together, and the time last. Answers the first fault. Never throws.
 * @param input the envelope as an object, or its JSON text
 * @param signature detached, in base64
 */
export function verifyPassport(
  input: unknown,
  signature: unknown,
  options: VerifyPassportOptions,
): PassportVerification {
  try {
    return verify(input, signature, options)
  } catch {
    return refusePassport('invalid_envelope_shape', 'the envelope could not be verified')
  }
}

function verify(
  input: unknown,
  signature: unknown,
  { now, keys }: VerifyPassportOptions,
): PassportVerification {
  const writer = envelopeWriter()
  const parsed = parseEnvelope(input, writer)
  if (!parsed.ok) return refusePassport(parsed.reason_code, parsed.detail)
  const leaf = parsed.envelope
  const line = lineOf(leaf, signature)

  const forged = findStructureFault(leaf, writer) ?? findForgery(line, writer, keys)
  if (forged !== undefined) return forged

  const tier = deriveTier(line[0]?.envelope ?? leaf)
  const fault =
    findElevation(line) ??
    findLooseLink(line, leaf) ??
    findUnusableKey(leaf) ??
    findWrongTime(line, leaf, now)
  if (fault !== undefined) return { ...fault, tier }
  return { valid: true, tier, envelope: leaf, chain: leaf.provenance.delegation_chain ?? [] }
}
