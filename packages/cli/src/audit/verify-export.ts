import {
  type ChainedAttestation,
  type ChainRecord,
  readAttestation,
} from '@modei/protocol/crypto/chain-record'
import {
  type ChainFault,
  type ChainStep,
  type ChainStepper,
  chainSteps,
} from '@modei/protocol/crypto/chain-verifier'
import { SignatureQueue } from '@modei/protocol/crypto/signature-queue'
import { keptChecker } from './kept-checkpoints.ts'
import type { Trusted } from './trusted-keys.ts'

export interface ChainReport {
  chain_id: string
  verified: number
  checkpoint: boolean
  /** Checkpoints kept elsewhere that the chain was compared with. */
  kept: number
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
  const chains = new Map<string, ChainStepper>()
  const chainOf = (chainId: string): ChainStepper => {
    const known = chains.get(chainId)
    if (known !== undefined) return known
    const made = verifierOf(chainId, trusted)
    chains.set(chainId, made)
    return made
  }
  for (const chainId of [...trusted.checkpoints.keys(), ...trusted.kept.keys()]) chainOf(chainId)
  // Signatures are verified beside the reading, so a fault may be that of a record long before, of another chain.
  const signatures = new SignatureQueue<BadLink>()
  let records = 0
  let chainId = trusted.chains.keys().next().value ?? ''
  for await (const value of lines) {
    const record: ChainRecord = Object(value)
    const text = typeof record.attestation_json === 'string' ? readAttestation(record.attestation_json) : ''
    // What names no chain is blamed on the one that it stands in.
    chainId = namedChain(text) ?? chainId
    const uncovered = findUncovered(record, chainId, trusted)
    const step = uncovered === undefined ? chainOf(chainId).next(record, text) : refusal(uncovered)
    const bad = await signatures.add(step, { records, chain_id: chainId })
    if (bad !== undefined) return { ok: false, ...bad.place, fault: bad.fault }
    records += 1
    if (records % PROGRESS_EVERY === 0) onProgress(records)
  }
  const bad = await signatures.drain()
  if (bad !== undefined) return { ok: false, ...bad.place, fault: bad.fault }
  onProgress(records)
  const reports: ChainReport[] = []
  for (const [chain_id, chain] of chains) {
    const verdict = chain.end()
    if (!verdict.ok) return { ok: false, records, chain_id, fault: verdict }
    reports.push({
      chain_id,
      verified: verdict.count,
      checkpoint: trusted.checkpoints.has(chain_id),
      kept: trusted.kept.get(chain_id)?.length ?? 0,
    })
  }
  return { ok: true, records, chains: reports }
}

const PROGRESS_EVERY = 1000

/** Verifies one chain by its keys, its own checkpoint, and those that were kept of it. */
function verifierOf(chainId: string, trusted: Trusted): ChainStepper {
  const keys = trusted.chains.get(chainId)
  const steps = chainSteps({
    findPublicKey: (id) => keys?.get(id),
    checkpoint: trusted.checkpoints.get(chainId),
  })
  const kept = keptChecker(trusted.kept.get(chainId) ?? [])
  return {
    next(record, text) {
      const { check, fault } = steps.next(record, text)
      // Without a check the record has no place in the chain yet: something before it is missing.
      return { check, fault: fault ?? (check === undefined ? undefined : kept.next(record)) }
    },
    end() {
      const verdict = steps.end()
      return verdict.ok ? (kept.end(verdict.head?.chain_index ?? 0) ?? verdict) : verdict
    },
  }
}

/** Where in the file a record stands: how many came before it, and in which chain. */
interface BadLink {
  records: number
  chain_id: string
}

function refusal(fault: ChainFault): ChainStep {
  return { check: undefined, fault }
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
function namedChain(text: ChainedAttestation | string): string | undefined {
  if (typeof text === 'string') return undefined
  const named = text.chain_id ?? text.gate_id
  return typeof named === 'string' ? named : undefined
}
