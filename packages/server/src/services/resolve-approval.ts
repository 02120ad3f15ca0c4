import type { CounterEffect } from '@modei/core'
import { ModeiProblem } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { newId } from '../new-id.ts'
import { type IdempotencyClaim, type LiveFacts, NO_READS, type Row } from '../store/store.ts'
import { type ApprovalView, approvalNotFound, approvalView, findOwnApproval } from './approvals.ts'
import { stringList } from './json.ts'
import type { Services } from './services.ts'

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
  const row = await findOwnApproval(services, caller, approvalId)
  const counterKeys = stringList(row.counter_keys)
  return store.decide<ApprovalView>({
    workspace_id: row.workspace_id,
    chain_id: row.gate_id ?? row.workspace_id,
    gate_id: row.gate_id,
    ...NO_READS,
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
  if (row === undefined) throw approvalNotFound(approvalId)
  if (row.gate_id !== null && facts.gate(row.gate_id)?.deleted_at !== null) {
    throw new ModeiProblem(
      'illegal_transition',
      'the gate of the approval is archived and signs nothing more',
    )
  }
  const { status } = approvalView(row, facts.now)
  if (status !== 'pending') {
    throw new ModeiProblem('illegal_transition', `the approval is ${status} and cannot be resolved again`)
  }
  return row
}
