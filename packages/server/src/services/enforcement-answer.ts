import type { EnforceOutcome } from '@modei/core'
import { type EnforceResult, formatTimestamp } from '@modei/protocol'
import type { SealedAttestation } from '../store/store.ts'
import { answeredEvaluations } from './decision-content.ts'
import type { PassportReference } from './find-presented.ts'
import type { AssertionInput } from './possession.ts'

export interface EnforceRequest extends PassportReference {
  action: string
  assertion?: AssertionInput | undefined
  target?: string | undefined
  cost_cents?: number | undefined
  metadata?: Readonly<Record<string, unknown>> | undefined
  approval_request_id?: string | undefined
}

/** An enforcement in canonical words; the edge spells the decision for the caller's version. */
export type EnforceAnswer = Omit<EnforceResult, 'decision'> & { decision: EnforceOutcome['decision'] }

/** The answer to an enforcement, once its record is sealed. */
export function answerEnforcement(outcome: EnforceOutcome, sealed: SealedAttestation): EnforceAnswer {
  return {
    decision: outcome.decision,
    evaluations: answeredEvaluations(outcome.evaluations),
    blocked_by: outcome.blocked_by,
    block_reason: outcome.block_reason,
    reason: outcome.reason_code,
    cumulative_cost: outcome.cumulative_cost,
    remaining_cents: outcome.remaining_cents,
    attestation_id: sealed.id,
    sequence_number: sealed.sequence_number,
    signature: sealed.signature,
    signing_key_id: sealed.signing_key_id,
    evaluated_at: formatTimestamp(sealed.created_at),
    approval_request_id: outcome.hold?.approval_id ?? null,
  }
}
