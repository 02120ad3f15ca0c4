import { parseDecision } from '../decision-words.ts'
import { isId } from '../ids.ts'
import { parseAnsweredTimestamp } from '../time.ts'

/** Every column that is shown beside a signed text and repeats a member of it, under the member's own name. */
const REPEATED = [
  'attestation_id',
  'type',
  'passport_id',
  'agent_id',
  'action',
  'target',
  'reason_code',
  'cost_cents',
  'sequence_number',
  'chain_id',
  'chain_index',
  'previous_hash',
] as const

type Members = Readonly<Record<string, unknown>>

/**
 * The first column that says other than the signed text, from which records are answered, filtered and read by people.
 * A column that is not shown says nothing; a member that was not signed is shown as `null` or not at all.
 */
export function findColumnMismatch(shown: object, signed: Members): string | undefined {
  const columns: Members = { ...shown }
  for (const name of REPEATED) {
    if (columns[name] !== undefined && columns[name] !== (signed[name] ?? null)) return name
  }
  if (columns.id !== undefined && columns.id !== (signed.attestation_id ?? null)) return 'id'
  if (signed.signing_key_id !== undefined && columns.signing_key_id !== signed.signing_key_id) {
    return 'signing_key_id'
  }
  if (columns.created_at !== undefined && !sameTime(columns.created_at, signed.created_at))
    return 'created_at'
  if (columns.decision !== undefined && !sameDecision(columns.decision, signed.decision)) return 'decision'
  if (columns.gate_id !== undefined && !samePlace(columns.gate_id, signed)) return 'gate_id'
  return undefined
}

/** A database keeps Unix milliseconds of the text that was signed. */
function sameTime(shown: unknown, signed: unknown): boolean {
  if (typeof shown !== 'number' || typeof signed !== 'string') return shown === (signed ?? null)
  return shown === parseAnsweredTimestamp(signed)
}

/** Signed is one spelling; shown is that of the reader's API version. */
function sameDecision(shown: unknown, signed: unknown): boolean {
  if (typeof shown !== 'string' || typeof signed !== 'string') return shown === (signed ?? null)
  return shown === signed || parseDecision(shown) === signed
}

/** Where there is no gate, what stands in for it is shown: the issuer of the passport, or the workspace. */
function samePlace(shown: unknown, { gate_id: gate, chain_id: chain }: Members): boolean {
  if (gate !== undefined && gate !== null) return shown === gate
  return shown === null || (shown === chain && chain !== undefined) || isId('issuer', shown)
}
