import type { ChainRecord } from '@modei/protocol/crypto/chain'
import { type ChainFault, type ChainVerifier, chainVerifier } from '@modei/protocol/crypto/chain-verifier'
import type { Trusted } from './trusted-keys.ts'

export interface ChainReport {
  chain_id: string
  verified: number
  checkpoint: boolean
}

export type ExportVerdict =
  | { ok: true; records: number; chains: ChainReport[] }
  | { ok: false; records: number; chain_id: string; fault: ChainFault }

/**
 * Verifies an export as it is read, in memory that grows with the number of chains alone. The first bad link ends it.
 * A checkpoint whose chain has no record at all is a chain cut off whole.
 */
export async function verifyExport(
  lines: AsyncIterable<unknown>,
  trusted: Trusted,
  onProgress: (records: number) => void,
): Promise<ExportVerdict> {
  const verifiers = new Map<string, ChainVerifier>()
  const verifierOf = (chainId: string): ChainVerifier => {
    const known = verifiers.get(chainId)
    if (known !== undefined) return known
    const keys = trusted.chains.get(chainId)
    const made = chainVerifier({
      findPublicKey: (id) => keys?.get(id),
      checkpoint: trusted.checkpoints.get(chainId),
    })
    verifiers.set(chainId, made)
    return made
  }
  for (const chainId of trusted.checkpoints.keys()) verifierOf(chainId)
  let records = 0
  let chainId = trusted.chains.keys().next().value ?? ''
  for await (const value of lines) {
    const record: ChainRecord = Object(value)
    // What names no chain is blamed on the one that it stands in.
    chainId = chainOf(record) ?? chainId
    const fault = findUncovered(record, chainId, trusted) ?? verifierOf(chainId).next(record)
    if (fault !== undefined) return { ok: false, records, chain_id: chainId, fault }
    records += 1
    if (records % 1000 === 0) onProgress(records)
  }
  onProgress(records)
  const chains: ChainReport[] = []
  for (const [chain_id, verifier] of verifiers) {
    const verdict = verifier.end()
    if (!verdict.ok) return { ok: false, records, chain_id, fault: verdict }
    chains.push({ chain_id, verified: verdict.count, checkpoint: trusted.checkpoints.has(chain_id) })
  }
  return { ok: true, records, chains }
}

/** What a compromised key signed counts only where a checkpoint by a sound key vouches for it. */
function findUncovered(record: ChainRecord, chainId: string, trusted: Trusted): ChainFault | undefined {
  if (!trusted.compromised.has(record.signing_key_id)) return undefined
  const { chain_index: at } = record
  if (at <= (trusted.checkpoints.get(chainId)?.chain_index ?? 0)) return undefined
  const detail = 'its key was compromised, and no checkpoint covers it'
  return { ok: false, at, reason: 'key_unknown', detail }
}

/** Named by the signed text, which decides whose keys must have signed it; the verifier checks that they did. */
function chainOf({ attestation_json }: ChainRecord): string | undefined {
  try {
    const { chain_id, gate_id } = Object(JSON.parse(attestation_json))
    const named: unknown = chain_id ?? gate_id
    return typeof named === 'string' ? named : undefined
  } catch {
    return undefined
  }
}
