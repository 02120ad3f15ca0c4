import type { ChainRecord } from './chain-record.ts'
import { type ChainOptions, type ChainVerdict, chainSteps, chainVerifier } from './chain-verifier.ts'
import { sha256Hex } from './sha256.ts'
import { SignatureQueue } from './signature-queue.ts'

export type { ChainedAttestation, ChainLink, ChainRecord } from './chain-record.ts'
export type { FindSequenceSubject, SequenceSubject } from './chain-sequences.ts'
export type { ChainFault, ChainFaultReason, ChainOptions, ChainVerdict } from './chain-verifier.ts'

/** The link that the next record of the chain carries as `previous_hash`: hex SHA-256 of the UTF-8 bytes. */
export function chainHash(attestationJson: string): string {
  return sha256Hex(attestationJson)
}

/** Verifies records that stand in chain order, in memory that does not grow with their number. */
export function verifyChain(records: Iterable<ChainRecord>, options: ChainOptions): ChainVerdict {
  const verifier = chainVerifier(options)
  for (const record of records) {
    const fault = verifier.next(record)
    if (fault !== undefined) return fault
  }
  return verifier.end()
}

/** `verifyChain` over records that arrive from a cursor or a file, with the signatures verified beside it. */
export async function verifyChainStream(
  records: AsyncIterable<ChainRecord>,
  options: ChainOptions,
): Promise<ChainVerdict> {
  const steps = chainSteps(options)
  const signatures = new SignatureQueue<undefined>()
  for await (const record of records) {
    const bad = await signatures.add(steps.next(record), undefined)
    if (bad !== undefined) return bad.fault
  }
  return (await signatures.drain())?.fault ?? steps.end()
}
