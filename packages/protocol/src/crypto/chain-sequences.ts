import type { ChainedAttestation } from './chain-record.ts'

/**
 * Whose `sequence_number` an attestation carries. `gapless` if every number of this subject is in this very chain (an
 * anonymous caller's, which counts the gate); otherwise other chains hold some, and the numbers here only rise.
 */
export type SequenceSubject = { key: string; gapless: boolean }

/** Names the subject of an attestation; undefined leaves its number unchecked. */
export type FindSequenceSubject = (attestation: ChainedAttestation) => SequenceSubject | undefined

/** What is wrong with a sequence number, if anything. */
export type SequenceFault = 'sequence_gap' | 'sequence_order'

/** A check of the sequence numbers of one chain, in order. Remembers one number per subject. */
export function sequenceChecker(findSubject: FindSequenceSubject, fromGenesis: boolean) {
  const lastNumbers = new Map<string, number>()
  return (attestation: ChainedAttestation): SequenceFault | undefined => {
    const subject = findSubject(attestation)
    if (subject === undefined) return undefined
    const number = attestation.sequence_number
    const last = lastNumbers.get(subject.key) ?? (subject.gapless && fromGenesis ? 0 : undefined)
    lastNumbers.set(subject.key, number)
    if (last === undefined) return undefined
    if (number <= last) return 'sequence_order'
    return subject.gapless && number > last + 1 ? 'sequence_gap' : undefined
  }
}
