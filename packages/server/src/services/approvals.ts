import type { CounterEffect } from '@modei/core'
import { type Approval, type CanonicalDecision, formatTimestamp, ModeiProblem } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { newId } from '../new-id.ts'
import type { IdempotencyClaim, LiveFacts, Row } from '../store/store.ts'
import { jsonObject, stringList } from './json.ts'
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

/** Approves or denies a hold, and records it. A hold is resolved once. */
export async function resolveApproval(
  services: Services,
  caller: Caller,
  approvalId: string,
  resolution: 'approved' | 'denied',
  note: string | undefined,
  claim: IdempotencyClaim | null,
): Promise<ApprovalView> {
  const { store, config } = services
  const row = await store.read
    .selectFrom('approvals')
    .selectAll()
    .where('id', '=', approvalId)
    .where('workspace_id', '=', caller.workspace_id)
    .executeTakeFirst()
  if (row === undefined) throw new ModeiProblem('not_found', `no approval \`${approvalId}\``)
  const counterKeys = stringList(row.counter_keys)
  return store.decide<ApprovalView>({
    workspace_id: row.workspace_id,
    chain_id: row.gate_id ?? row.workspace_id,
    gate_id: row.gate_id,
    passport_ids: [],
    issuer_ids: [],
    revocation_keys: [],
    counter_keys: counterKeys,
    sequence_key: row.sequence_key,
    approval_id: row.id,
    nonce: null,
    idempotency: claim,
    decide(facts) {
      const live = openHold(approvalId, facts)
      const expiresAt =
        resolution === 'approved' ? facts.now + config.MODEI_APPROVAL_TTL * 1000 : live.expires_at
      const effect: CounterEffect =
        resolution === 'approved'
          ? { type: 'extend', id: approvalId, expires_at: expiresAt }
          : { type: 'release', id: approvalId }
      const resolved: Row<'approvals'> = {
        ...live,
        status: resolution,
        expires_at: expiresAt,
        resolved_at: facts.now,
        resolved_by: caller.key_id,
        note: note ?? null,
      }
      return {
        attestation: {
          id: newId('enf', facts.now),
          type: 'resolution',
          passport_id: live.passport_id,
          counter_key: null,
          agent_id: live.agent_id,
          action: live.action,
          target: live.target,
          decision: resolution,
          reason_code: `approval_${resolution}`,
          cost_cents: live.cost_cents,
          content: {
            approval_request_id: approvalId,
            held_attestation_id: live.attestation_id,
            fingerprint: live.fingerprint,
            resolved_by: caller.key_id,
            note: note ?? null,
          },
        },
        effects: counterKeys.map((counter_key) => ({ counter_key, effect })),
        ancestor_charges: [],
        approvals: [resolved],
        burn_nonce: false,
        check: null,
        result: () => approvalView(resolved, facts.now),
      }
    },
  })
}

function openHold(approvalId: string, facts: LiveFacts): Row<'approvals'> {
  const row = facts.approval(approvalId)
  if (row === undefined) throw new ModeiProblem('not_found', `no approval \`${approvalId}\``)
  const { status } = approvalView(row, facts.now)
  if (status !== 'pending') {
    throw new ModeiProblem('illegal_transition', `the approval is ${status} and cannot be resolved again`)
  }
  return row
}
