import { deriveSelfAgentId, selfIssuerId } from './agent-id.ts'
import type { Envelope } from './envelope.ts'

const SELF_PASSPORT_ID = /^pp_self_[A-Za-z0-9_-]{1,119}$/
const DELEGATED_PASSPORT_ID = /^pp_delegate_[A-Za-z0-9_-]{1,115}$/

/**
 * The JSON pointer of the first id in a passport, or in the chain above it, that does not belong to its key;
 * `undefined` when all do. A signature proves only that the holder of a key wrote an id, not that the id is the
 * holder's: whoever accepts passports that no gate or issuer vouches for must also ask this. Passports signed by a
 * gate or an issuer name their agents freely.
 */
export function findForeignId(envelope: Envelope): string | undefined {
  for (const [index, link] of (envelope.provenance.delegation_chain ?? []).entries()) {
    const foreign = findOwnForeignId(link.passport_json)
    if (foreign !== undefined) return `/provenance/delegation_chain/${index}/passport_json${foreign}`
  }
  return findOwnForeignId(envelope)
}

function findOwnForeignId({ passport_id, identity, provenance }: Envelope): string | undefined {
  const { issuer } = provenance
  if (issuer.type !== 'self' && issuer.type !== 'delegate') return undefined
  const idPattern = issuer.type === 'self' ? SELF_PASSPORT_ID : DELEGATED_PASSPORT_ID
  if (!idPattern.test(passport_id)) return '/passport_id'
  if (identity.agent_id !== deriveSelfAgentId(identity.public_key)) return '/identity/agent_id'
  if (issuer.type === 'self' && issuer.id !== selfIssuerId(identity.public_key))
    return '/provenance/issuer/id'
  return undefined
}
