import { type Approval, type CanonicalDecision, formatTimestamp, ModeiProblem } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { type Page, type Position, pageOf } from '../http/page.ts'
import type { Row } from '../store/store.ts'
import { jsonObject, stringList } from './json.ts'
import { before } from './paging.ts'
import type { Services } from './services.ts'

export type ApprovalView = Omit<Approval, 'decision'> & { decision: CanonicalDecision | null }

/** A hold as it stands at a moment: one that nobody resolved or used in time has expired. */
export function approvalView(row: Row<'approvals'>, now: number): ApprovalView {
  const lapsed = (row.status === 'pending' || row.status === 'approved') && row.expires_at <= now
  const status = lapsed ? 'expired' : row.status
  return {
    id: row.id,
    approval_request_id: row.id,
    passport_id: row.passport_id,
    gate_id: row.gate_id ?? row.workspace_id,
    agent_id: row.agent_id,
    action: row.action,
    target: row.target,
    cost_cents: row.cost_cents,
    metadata: row.metadata === null ? null : jsonObject(row.metadata),
    held_by: stringList(row.held_by),
    reason: row.reason,
    status,
    decision: resolutionOf(row, status),
    note: row.note,
    resolved_by: row.resolved_by,
    created_at: formatTimestamp(row.created_at),
    expires_at: formatTimestamp(row.expires_at),
    resolved_at: row.resolved_at === null ? null : formatTimestamp(row.resolved_at),
    attestation_id: row.attestation_id,
  }
}

function resolutionOf(row: Row<'approvals'>, status: Row<'approvals'>['status']): CanonicalDecision | null {
  if (status === 'pending') return null
  if (status === 'denied') return 'denied'
  return row.resolved_at === null ? 'denied' : 'approved'
}

export function approvalNotFound(approvalId: string): ModeiProblem {
  return new ModeiProblem('not_found', `no approval \`${approvalId}\``)
}

/** A hold of the caller's workspace; another workspace's answers like one that does not exist. */
export async function findOwnApproval(
  { store }: Services,
  caller: Caller,
  approvalId: string,
): Promise<Row<'approvals'>> {
  const row = await store.read
    .selectFrom('approvals')
    .selectAll()
    .where('id', '=', approvalId)
    .where('workspace_id', '=', caller.workspace_id)
    .executeTakeFirst()
  if (row === undefined) throw approvalNotFound(approvalId)
  return row
}

export async function getApproval(
  services: Services,
  caller: Caller,
  approvalId: string,
): Promise<ApprovalView> {
  const row = await findOwnApproval(services, caller, approvalId)
  return approvalView(row, await services.store.now())
}

export interface ApprovalFilter {
  status?: ApprovalView['status'] | undefined
  passport_id?: string | undefined
  gate_id?: string | undefined
}

/** Holds, newest first. What a status means is judged by the clock of the reading, as in {@link approvalView}. */
export async function listApprovals(
  { store }: Services,
  caller: Caller,
  filter: ApprovalFilter,
  limit: number,
  position: Position | undefined,
): Promise<Page<ApprovalView[]>> {
  const now = await store.now()
  const { status, passport_id: passportId, gate_id: gateId } = filter
  let query = store.read.selectFrom('approvals').selectAll().where('workspace_id', '=', caller.workspace_id)
  if (passportId !== undefined) query = query.where('passport_id', '=', passportId)
  if (gateId !== undefined) query = query.where('gate_id', '=', gateId)
  if (status === 'expired') {
    query = query.where((row) =>
      row.or([
        row('status', '=', 'expired'),
        row.and([row('status', 'in', ['pending', 'approved']), row('expires_at', '<=', now)]),
      ]),
    )
  } else if (status !== undefined) {
    query = query.where('status', '=', status)
    if (status === 'pending' || status === 'approved') query = query.where('expires_at', '>', now)
  }
  if (position !== undefined) query = query.where(before(position, 'approvals'))
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(
    rows,
    limit,
    (row) => ({ at: row.created_at, id: row.id }),
    (row) => approvalView(row, now),
  )
}
