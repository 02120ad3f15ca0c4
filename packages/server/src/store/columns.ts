/**
 * Columns that decisions write, with their types, in one order for both engines. A column of the schema that is
 * missing here does not compile where rows are written.
 */
import type { Database } from './schema.ts'

export type ColumnType = 'text' | 'bigint'

type Columns<T extends keyof Database> = { readonly [C in keyof Database[T]]-?: ColumnType }

export const CHAIN_COLUMNS = {
  chain_id: 'text',
  workspace_id: 'text',
  head_index: 'bigint',
  head_hash: 'text',
  last_at: 'bigint',
  total_checks: 'bigint',
  allowed: 'bigint',
  denied: 'bigint',
  last_check_at: 'bigint',
} as const satisfies Columns<'chains'>

export const COUNTER_COLUMNS = {
  workspace_id: 'text',
  counter_key: 'text',
  sequence_number: 'bigint',
  last_decision_at: 'bigint',
  last_attestation_id: 'text',
  state: 'text',
} as const satisfies Columns<'counters'>

export const ATTESTATION_COLUMNS = {
  chain_id: 'text',
  chain_index: 'bigint',
  chain_hash: 'text',
  workspace_id: 'text',
  id: 'text',
  type: 'text',
  gate_id: 'text',
  passport_id: 'text',
  sequence_key: 'text',
  counter_key: 'text',
  agent_id: 'text',
  action: 'text',
  target: 'text',
  decision: 'text',
  reason_code: 'text',
  cost_cents: 'bigint',
  sequence_number: 'bigint',
  created_at: 'bigint',
  attestation_json: 'text',
  signature: 'text',
  signing_key_id: 'text',
} as const satisfies Columns<'attestations'>

export const CHARGE_COLUMNS = {
  workspace_id: 'text',
  counter_key: 'text',
  attestation_id: 'text',
  at: 'bigint',
  action: 'text',
  cost_cents: 'bigint',
  target_host: 'text',
} as const satisfies Columns<'ancestor_charges'>

export const APPROVAL_COLUMNS = {
  id: 'text',
  workspace_id: 'text',
  gate_id: 'text',
  passport_id: 'text',
  agent_id: 'text',
  action: 'text',
  target: 'text',
  cost_cents: 'bigint',
  metadata: 'text',
  held_by: 'text',
  reason: 'text',
  counter_keys: 'text',
  sequence_key: 'text',
  fingerprint: 'text',
  constraint_version: 'bigint',
  status: 'text',
  created_at: 'bigint',
  expires_at: 'bigint',
  resolved_at: 'bigint',
  resolved_by: 'text',
  note: 'text',
  attestation_id: 'text',
} as const satisfies Columns<'approvals'>

export const NONCE_COLUMNS = {
  scope: 'text',
  nonce: 'text',
  expires_at: 'bigint',
} as const satisfies Columns<'nonces'>

export const IDEMPOTENCY_COLUMNS = {
  workspace_id: 'text',
  key_id: 'text',
  method: 'text',
  path: 'text',
  idempotency_key: 'text',
  fingerprint: 'text',
  status: 'bigint',
  body: 'text',
  created_at: 'bigint',
} as const satisfies Columns<'idempotency'>

/** Names of a table's columns, in the order in which they are written. */
export function columnNames<C extends string>(columns: Readonly<Record<C, ColumnType>>): C[] {
  // An object literal's own keys are exactly the keys of its type.
  return Object.keys(columns) as C[]
}

/** By what a row is found that is written again: the primary key of its table. */
export const ROW_KEYS = {
  chains: ['chain_id'],
  counters: ['workspace_id', 'counter_key'],
  approvals: ['id'],
  idempotency: ['workspace_id', 'key_id', 'method', 'path', 'idempotency_key'],
} as const satisfies { readonly [T in keyof Database]?: readonly (keyof Database[T])[] }

/** The end of an insertion, in SQL of both engines: a row that is there already gets the values of the one that is given. */
export function overwritten(key: readonly string[], columns: readonly string[]): string {
  const changed = columns.filter((column) => !key.includes(column))
  return `on conflict (${key.join(', ')}) do update set
    ${changed.map((column) => `${column} = excluded.${column}`).join(', ')}`
}
