import { decodeBase64Strict } from './base64.ts'
import { findColumnMismatch } from './chain-columns.ts'
import {
  type ChainedAttestation,
  type ChainLink,
  type ChainRecord,
  isChainRecord,
  readAttestation,
} from './chain-record.ts'
import { type FindSequenceSubject, sequenceChecker } from './chain-sequences.ts'
import { importPublicKey, type VerifyKey, verifyWith } from './ed25519.ts'
import { sha256Hex } from './sha256.ts'
import { utf8Bytes } from './utf8.ts'

/** Why a chain is not whole. docs/spec/attestation-chain.md says what each one means. */
export type ChainFaultReason =
  | 'malformed'
  | 'order'
  | 'index_gap'
  | 'hash_mismatch'
  | 'column_mismatch'
  | 'previous_hash_mismatch'
  | 'key_unknown'
  | 'signature_invalid'
  | 'sequence_order'
  | 'sequence_gap'
  | 'checkpoint_mismatch'
  | 'truncated'

/** The first fault; `at` is the chain index that it concerns. */
export type ChainFault = { ok: false; at: number; reason: ChainFaultReason; detail: string }

/** How many records were verified and where the chain now ends (null: it is empty), or the first fault. */
export type ChainVerdict = { ok: true; count: number; head: ChainLink | null } | ChainFault

export type ChainOptions = {
  /** The base64 public key of a signing key id, rotated-out keys included; undefined when it is not the chain's. */
  findPublicKey: (signingKeyId: string) => string | undefined
  /** The trusted link before the first record; without one the records must start at index 1. */
  start?: ChainLink | undefined
  /** A link, from a checkpoint that the caller has verified, which the records must reach and match. */
  checkpoint?: ChainLink | undefined
  /** Also checks sequence numbers, at the price of remembering one per subject. */
  findSequenceSubject?: FindSequenceSubject | undefined
}

/** `next` takes the records one by one and answers a fault or undefined; after a fault it is done. `end` concludes. */
export type ChainVerifier = { next(record: ChainRecord): ChainFault | undefined; end(): ChainVerdict }

/** A signature that is still to be verified, and the fault of its record if it does not hold. */
export type SignatureCheck = {
  key: VerifyKey
  bytes: Uint8Array
  signature: Uint8Array
  fault: ChainFault
}

/**
 * What one record shows without looking at its signature. The signature comes first: its fault hides `fault`. Records
 * may go on while signatures are verified elsewhere, as long as the first bad one of them decides in the end.
 */
export type ChainStep = { check: SignatureCheck | undefined; fault: ChainFault | undefined }

/** A verifier that leaves the signatures to whoever drives it. */
export type ChainStepper = {
  /** @param text what `readAttestation` made of the record's text, where the caller has read it */
  next(record: ChainRecord, text?: ChainedAttestation | string): ChainStep
  end(): ChainVerdict
}

/** Verifies records one by one, on this thread. */
export function chainVerifier(options: ChainOptions): ChainVerifier {
  const steps = chainSteps(options)
  return {
    next(record) {
      const { check, fault } = steps.next(record)
      if (check !== undefined && !verifyWith(check.key, check.bytes, check.signature)) return check.fault
      return fault
    },
    end: steps.end,
  }
}

/** The same with the signatures, which are nearly all of the work, left to the caller. */
export function chainSteps(options: ChainOptions): ChainStepper {
  const { start, checkpoint } = options
  const keys = new Map<string, VerifyKey>()
  const checkSequence = sequenceChecker(options.findSequenceSubject ?? (() => undefined), start === undefined)
  let head = start ?? null
  let count = 0
  /** A fault that only a later record, or the end, can name: a missing record may just stand in the wrong place. */
  let gap: ChainFault | undefined

  function next(record: ChainRecord, text?: ChainedAttestation | string): ChainStep {
    const expected = (head?.chain_index ?? 0) + 1
    if (!isChainRecord(record))
      return failed(gap?.at ?? expected, 'malformed', 'a column is missing or not of its type')
    const { chain_index } = record
    if (gap !== undefined)
      return chain_index === gap.at ? failed(gap.at, 'order', 'the record comes too late') : NOTHING
    if (chain_index < expected) return failed(chain_index, 'order', 'the record comes twice or too late')
    if (chain_index > expected) {
      gap = fault(
        expected,
        'index_gap',
        `record ${chain_index} comes where ${expected} is due, which is missing`,
      )
      return NOTHING
    }
    const step = checkRecord(record, text)
    if (step.fault !== undefined) return step
    head = { chain_index, chain_hash: record.chain_hash }
    count++
    if (checkpoint?.chain_index !== chain_index) return step
    return { check: step.check, fault: checkAgainstCheckpoint(head, checkpoint) }
  }

  function checkRecord(record: ChainRecord, text: ChainedAttestation | string | undefined): ChainStep {
    const at = record.chain_index
    const bytes = utf8Bytes(record.attestation_json)
    if (sha256Hex(bytes) !== record.chain_hash) {
      return failed(at, 'hash_mismatch', 'the signed text does not have the hash beside it')
    }
    const attestation = text ?? readAttestation(record.attestation_json)
    if (typeof attestation === 'string')
      return failed(at, 'malformed', `the signed text cannot be read: ${attestation}`)
    const column = findColumnMismatch(record, attestation)
    if (column !== undefined)
      return failed(at, 'column_mismatch', `\`${column}\` differs from the signed text`)
    if (attestation.previous_hash !== (head?.chain_hash ?? null)) {
      return failed(at, 'previous_hash_mismatch', 'the signed text names another predecessor')
    }
    const key = findKey(record.signing_key_id)
    if (key === undefined)
      return failed(at, 'key_unknown', `no usable key \`${record.signing_key_id.slice(0, 64)}\``)
    const unsigned = fault(at, 'signature_invalid', 'the signature is not over this text by this key')
    const signature = decodeBase64Strict(record.signature)
    if (signature === undefined) return { check: undefined, fault: unsigned }
    const sequence = checkSequence(attestation)
    return {
      check: { key, bytes, signature, fault: unsigned },
      fault:
        sequence && fault(at, sequence, `\`sequence_number\` ${attestation.sequence_number} does not follow`),
    }
  }

  function findKey(signingKeyId: string): VerifyKey | undefined {
    const known = keys.get(signingKeyId)
    if (known !== undefined) return known
    const bytes = decodeBase64Strict(options.findPublicKey(signingKeyId) ?? '')
    const key = bytes && importPublicKey(bytes)
    if (key !== undefined) keys.set(signingKeyId, key)
    return key
  }

  function end(): ChainVerdict {
    if (gap !== undefined) return gap
    if (checkpoint !== undefined && checkpoint.chain_index > (head?.chain_index ?? 0)) {
      return fault(
        (head?.chain_index ?? 0) + 1,
        'truncated',
        `the checkpoint vouches for ${checkpoint.chain_index} records`,
      )
    }
    // A checkpoint at or before the start was met by no record.
    if (checkpoint !== undefined && start !== undefined && checkpoint.chain_index <= start.chain_index) {
      const found = checkAgainstCheckpoint(start, checkpoint)
      if (found !== undefined) return found
    }
    return { ok: true, count, head }
  }

  return { next, end }
}

const NOTHING: ChainStep = { check: undefined, fault: undefined }

function checkAgainstCheckpoint(link: ChainLink, checkpoint: ChainLink): ChainFault | undefined {
  if (link.chain_index === checkpoint.chain_index && link.chain_hash === checkpoint.chain_hash)
    return undefined
  return fault(checkpoint.chain_index, 'checkpoint_mismatch', 'the checkpoint vouches for another record')
}

function fault(at: number, reason: ChainFaultReason, detail: string): ChainFault {
  return { ok: false, at, reason, detail }
}

function failed(at: number, reason: ChainFaultReason, detail: string): ChainStep {
  return { check: undefined, fault: fault(at, reason, detail) }
}
