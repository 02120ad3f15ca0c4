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
import type { VerifiedRetention } from '@modei/protocol/crypto/retention-statement'
import { SignatureQueue } from '@modei/protocol/crypto/signature-queue'
import { keptChecker } from './kept-checkpoints.ts'
import type { Trusted } from './trusted-keys.ts'

export interface ChainReport {
  chain_id: string
  verified: number
  checkpoint: boolean
  /** Checkpoints kept elsewhere that the chain was compared with. */
  kept: number
  /** The first record that retention kept, where the chain in hand begins there; null where it is whole. */
  kept_from: number | null
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
  const chains = new Map<string, ChainInHand>()
  const chainOf = (chainId: string): ChainInHand => {
    const known = chains.get(chainId)
    if (known !== undefined) return known
    const made = verifierOf(chainId, trusted)
    chains.set(chainId, made)
    return made
  }
  const { checkpoints, kept, retention } = trusted
  for (const chainId of [...checkpoints.keys(), ...kept.keys(), ...retention.keys()]) chainOf(chainId)
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
      kept_from: chain.keptFrom(),
    })
  }
  return { ok: true, records, chains: reports }
}

const PROGRESS_EVERY = 1000

interface ChainInHand extends ChainStepper {
  keptFrom(): number | null
}

/**
 * Verifies one chain by its keys, its own checkpoint, and those that were kept of it. Where a believed key signed that
 * records were removed, it may begin with the first kept one; a copy from before that begins with record 1, and then
 * must be what was removed.
 */
function verifierOf(chainId: string, trusted: Trusted): ChainInHand {
  const keys = trusted.chains.get(chainId)
  const stated = trusted.retention.get(chainId)
  let begun: ReturnType<typeof begin> | undefined

  function begin(removed: typeof stated) {
    const steps = chainSteps({
      findPublicKey: (id) => keys?.get(id),
      start: removed?.start,
      checkpoint: trusted.checkpoints.get(chainId),
    })
    return { steps, kept: keptChecker(trusted.kept.get(chainId) ?? [], removed), removed }
  }

  return {
    next(record, text) {
      const isAfter = stated !== undefined && record.chain_index >= stated.first_kept_index
      begun ??= begin(isAfter ? stated : undefined)
      const { check, fault } = begun.steps.next(record, text)
      // Without a check the record has no place in the chain yet: something before it is missing.
      if (check === undefined || fault !== undefined) return { check, fault }
      return { check, fault: otherThanRemoved(record, stated) ?? begun.kept.next(record) }
    },
    end() {
      begun ??= begin(stated)
      const verdict = begun.steps.end()
      return verdict.ok ? (begun.kept.end(verdict.head?.chain_index ?? 0) ?? verdict) : verdict
    },
    keptFrom: () => begun?.removed?.first_kept_index ?? null,
  }
}

function otherThanRemoved(
  { chain_index: at, chain_hash }: ChainRecord,
  stated: VerifiedRetention | undefined,
): ChainFault | undefined {
  if (stated?.start.chain_index !== at || stated.start.chain_hash === chain_hash) return undefined
  const detail = 'the gate signed that another record was removed'
  return { ok: false, at, reason: 'checkpoint_mismatch', detail }
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
