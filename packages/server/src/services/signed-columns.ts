import { parseAnsweredTimestamp } from '@modei/protocol'
import type { Row } from '../store/store.ts'
import { jsonObject } from './json.ts'

const COLUMNS = [
  'type',
  'gate_id',
  'passport_id',
  'agent_id',
  'action',
  'target',
  'decision',
  'reason_code',
  'cost_cents',
  'sequence_number',
  'chain_id',
  'chain_index',
  'signing_key_id',
] as const

/**
 * Whether the columns of a record, from which it is answered and filtered, say what its signed text says. The text
 * must be an object.
 */
export function columnsMatchText(row: Row<'attestations'>): boolean {
  const signed = jsonObject(row.attestation_json)
  return (
    signed.attestation_id === row.id &&
    typeof signed.created_at === 'string' &&
    parseAnsweredTimestamp(signed.created_at) === row.created_at &&
    COLUMNS.every((name) => (signed[name] ?? null) === row[name])
  )
}
