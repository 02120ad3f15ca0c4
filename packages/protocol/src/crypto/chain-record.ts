import { MAX_CANONICAL_DEPTH } from './canonical-json.ts'
import { parseStrictJson } from './strict-json.ts'

/** One stored attestation: the signed text, and the columns beside it that nobody should have to trust. */
export type ChainRecord = {
  attestation_json: string
  signature: string
  signing_key_id: string
  chain_index: number
  chain_hash: string
}

/** A place in a chain: the last record before a start, or the one that a checkpoint vouches for. */
export type ChainLink = { chain_index: number; chain_hash: string }

/** The members of a signed text that chain verification reads; the others are the decision's own. */
export type ChainedAttestation = Readonly<Record<string, unknown>> & {
  readonly chain_index: number
  readonly previous_hash: string | null
  readonly sequence_number: number
}

/** True if and only if the columns have their types. Attacker-controlled: rows come from a file or a database. */
export function isChainRecord(record: unknown): record is ChainRecord {
  if (typeof record !== 'object' || record === null) return false
  const { attestation_json, signature, signing_key_id, chain_index, chain_hash } =
    record as Partial<ChainRecord>
  return (
    typeof attestation_json === 'string' &&
    typeof signature === 'string' &&
    typeof signing_key_id === 'string' &&
    isCount(chain_index) &&
    isHash(chain_hash)
  )
}

/** The signed text as a value, or the reason why it is none. */
export function readAttestation(text: string): ChainedAttestation | string {
  const parsed = parseStrictJson(text, { maxDepth: MAX_CANONICAL_DEPTH })
  if (!parsed.ok) return parsed.message
  const { value } = parsed
  if (typeof value !== 'object' || value === null) return 'not an object'
  if (!('chain_index' in value) || !isCount(value.chain_index)) return 'no `chain_index`'
  if (!('sequence_number' in value) || !isCount(value.sequence_number)) return 'no `sequence_number`'
  if (!('previous_hash' in value)) return 'no `previous_hash`'
  const { chain_index, sequence_number, previous_hash } = value
  if (previous_hash !== null && !isHash(previous_hash)) return '`previous_hash` is no hash'
  return { ...value, chain_index, sequence_number, previous_hash }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}
