import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely'
import type { Database } from '../store/schema.ts'
import { filterDecision, queryTime } from './attestations.ts'

export interface WorkspaceFilter {
  agent_id?: string | undefined
  gate_id?: string | undefined
  issuer_id?: string | undefined
  decision?: string | undefined
  action?: string | undefined
  /** From this time on. */
  after?: string | undefined
  /** Earlier than this time. */
  before?: string | undefined
}

type Attestations = ExpressionBuilder<Database, 'attestations'>

/** The records that a filter of the workspace lets through. */
export function filtered(
  filter: WorkspaceFilter,
): (row: Attestations) => ExpressionWrapper<Database, 'attestations', SqlBool> {
  const { agent_id: agent, gate_id: gate, issuer_id: issuer, decision, action, after, before } = filter
  return (row) =>
    row.and([
      ...(agent === undefined ? [] : [row('agent_id', '=', agent)]),
      ...(gate === undefined ? [] : [row('gate_id', '=', gate)]),
      ...(action === undefined ? [] : [row('action', '=', action)]),
      ...(decision === undefined ? [] : [row('decision', '=', filterDecision(decision))]),
      ...(after === undefined ? [] : [row('created_at', '>=', queryTime(after))]),
      ...(before === undefined ? [] : [row('created_at', '<', queryTime(before))]),
      ...(issuer === undefined ? [] : [row('passport_id', 'in', issuedBy(row, issuer))]),
    ])
}

function issuedBy({ selectFrom }: Attestations, issuerId: string) {
  return selectFrom('passports').select('passports.id').where('passports.issuer_id', '=', issuerId)
}
