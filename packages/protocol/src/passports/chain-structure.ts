import type { EnvelopeWriter } from './canonical-envelope.ts'
import {
  type DelegationChainEntry,
  type Envelope,
  MAX_CANONICAL_ENVELOPE_BYTES,
  MAX_DELEGATION_DEPTH,
} from './envelope.ts'
import { type PassportRefusal, refusePassport } from './verification.ts'

/** What is wrong with a passport's size, depth, root and authorities, before any signature is looked at. */
export function findStructureFault(leaf: Envelope, writer: EnvelopeWriter): PassportRefusal | undefined {
  const chain = leaf.provenance.delegation_chain
  return findOversize(leaf, writer, '') ?? (chain === null ? undefined : findChainFault(chain, writer))
}

function findOversize(
  envelope: Envelope,
  writer: EnvelopeWriter,
  label: string,
): PassportRefusal | undefined {
  const size = writer.excess(envelope, MAX_CANONICAL_ENVELOPE_BYTES)
  if (size === undefined) return undefined
  return refusePassport(
    'envelope_too_large',
    `${label}canonical envelope is ${size} bytes, max ${MAX_CANONICAL_ENVELOPE_BYTES}`,
  )
}

function findChainFault(
  chain: readonly DelegationChainEntry[],
  writer: EnvelopeWriter,
): PassportRefusal | undefined {
  if (chain.length > MAX_DELEGATION_DEPTH) {
    return refusePassport(
      'delegation_chain_too_deep',
      `chain length ${chain.length} exceeds max ${MAX_DELEGATION_DEPTH}`,
    )
  }
  const [root] = chain
  if (root === undefined) return refusePassport('delegation_chain_invalid_root', 'delegation_chain is empty')
  if (root.passport_json.provenance.delegation_chain !== null) {
    return refusePassport('delegation_chain_invalid_root', 'chain[0].provenance.delegation_chain is not null')
  }
  for (const [index, { passport_json }] of chain.entries()) {
    const oversize = findOversize(passport_json, writer, `chain[${index}]: `)
    if (oversize !== undefined) return oversize
    if (!passport_json.delegation_authority) {
      return refusePassport(
        'delegation_authority_missing',
        `chain[${index}].delegation_authority is not true`,
      )
    }
  }
  return undefined
}
