import type { Envelope } from './envelope.ts'

/** How far a passport's origin is trusted. Never signed: it follows from who signed the root. */
export const TrustTier = { L0: 'L0', L0_5: 'L0.5', L1: 'L1', L2: 'L2', L3: 'L3' } as const
export type TrustTier = (typeof TrustTier)[keyof typeof TrustTier]

// A table and not a comparison of names: that works for these by accident.
const RANKS: Readonly<Record<TrustTier, number>> = { L0: 0, 'L0.5': 1, L1: 2, L2: 3, L3: 4 }

/** Higher is more trusted. */
export function tierRank(tier: TrustTier): number {
  return RANKS[tier]
}

/**
 * The tier of an envelope that was verified: the claim is worth nothing before. Throws a `TypeError` for a delegated
 * envelope without a chain, which verification refuses.
 */
export function deriveTier(envelope: Envelope): TrustTier {
  switch (envelope.provenance.issuer.type) {
    case 'self':
      return TrustTier.L0
    case 'platform':
      return TrustTier.L1
    case 'gate':
      return TrustTier.L2
    case 'delegate': {
      const root = envelope.provenance.delegation_chain?.[0]
      if (root === undefined) throw new TypeError('a delegated envelope without a chain has no tier')
      return deriveTier(root.passport_json)
    }
  }
}
