import { formatTimestamp, type SettlementSummary } from '@modei/protocol'
import type { Row } from '../store/store.ts'
import { jsonObject } from './json.ts'

/** The answered form of a settlement: its row, and the breakdowns out of what was signed. */
export function settlementView(row: Row<'settlements'>): SettlementSummary {
  const signed = jsonObject(row.settlement_json)
  return {
    id: row.id,
    settlement_run_id: row.id,
    gate_id: row.gate_id,
    agent_id: row.agent_id,
    period_type: row.period_type,
    period_start: row.period_start,
    period_end: row.period_end,
    total_cost_cents: row.total_cost_cents,
    total_platform_fee_cents: row.total_platform_fee_cents,
    total_transactions: row.total_transactions,
    verified_count: row.total_transactions,
    excluded_count: row.excluded_count,
    currency: row.currency,
    permission_breakdown: breakdown(signed.permission_breakdown),
    outcome_breakdown: breakdown(signed.outcome_breakdown),
    content_hash: row.content_hash,
    settlement_json: row.settlement_json,
    signature: row.signature,
    public_key: row.public_key,
    signing_key_id: row.signing_key_id,
    status: row.status,
    created_at: formatTimestamp(row.created_at),
  }
}

function breakdown(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
