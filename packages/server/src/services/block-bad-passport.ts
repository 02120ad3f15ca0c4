import type { EnforceOutcome, Refusal } from '@modei/core'
import type { Caller } from '../http/call.ts'
import { newId } from '../new-id.ts'
import { type DecisionJob, type DecisionRecord, type LiveFacts, NO_READS } from '../store/store.ts'
import { signedChecks } from './decision-content.ts'
import { answerEnforcement, type EnforceAnswer, type EnforceRequest } from './enforcement-answer.ts'

/**
 * The decision about an action whose passport came along and is bad. It is recorded in the workspace's own chain: as
 * nothing of the passport is proved, nothing is charged, numbered or attributed to it.
 */
export function blockBadPassport(
  caller: Caller,
  request: EnforceRequest,
  refusal: Refusal,
): Omit<DecisionJob<EnforceAnswer>, 'idempotency'> {
  const { workspace_id: workspaceId } = caller
  return {
    workspace_id: workspaceId,
    chain_id: workspaceId,
    gate_id: null,
    ...NO_READS,
    counter_keys: [],
    sequence_key: `unproved:${workspaceId}`,
    approval_id: null,
    nonce: null,
    decide: (facts) => record(request, refusal, facts),
  }
}

function record(
  request: EnforceRequest,
  { reason, detail }: Refusal,
  facts: LiveFacts,
): DecisionRecord<EnforceAnswer> {
  const nothing = { spent_cents: 0, permits: 0 }
  const outcome: EnforceOutcome = {
    decision: 'block',
    reason_code: reason,
    blocked_by: reason,
    block_reason: detail,
    checks: [{ name: 'passport', result: 'fail', reason_code: reason, detail }],
    evaluations: [],
    hold: null,
    used_approval_id: null,
    cost_cents: request.cost_cents ?? 0,
    cost_declared: request.cost_cents !== undefined,
    cumulative_cost: 0,
    remaining_cents: null,
    counters: { before: nothing, after: nothing },
    effects: [],
  }
  return {
    attestation: {
      id: newId('enf', facts.now),
      type: 'enforcement',
      passport_id: null,
      counter_key: null,
      agent_id: null,
      action: request.action,
      target: request.target ?? null,
      decision: outcome.decision,
      reason_code: reason,
      cost_cents: outcome.cost_cents,
      content: {
        cost_declared: outcome.cost_declared,
        blocked_by: reason,
        checks: signedChecks(outcome.checks),
        evaluations: [],
      },
    },
    effects: [],
    ancestor_charges: [],
    approvals: [],
    burn_nonce: false,
    check: null,
    result: (sealed) => answerEnforcement(outcome, sealed),
  }
}
