import type { CatalogFacts, CheckOutcome } from '@modei/core'
import type { CheckResult } from '@modei/protocol'
import { newId } from '../new-id.ts'
import type { DecisionRecord, LiveFacts, SealedAttestation } from '../store/store.ts'
import { signedCatalog, signedChecks } from './decision-content.ts'
import type { CheckRequest } from './prepare-check.ts'

/** A check in canonical words; the edge spells the decision for the caller's version. */
export type CheckAnswer = Omit<CheckResult, 'decision'> & { decision: CheckOutcome['decision'] }

export interface CheckToRecord {
  request: CheckRequest
  access_mode: CheckAnswer['access_mode']
  outcome: CheckOutcome
  catalog: CatalogFacts | null
  passport_id: string | null
  agent_id: string | null
  constraint_version: number | null
  proved_nonce: string | null
  /** Further signed members. */
  content?: Readonly<Record<string, unknown>>
  /** What the answer says besides. */
  answer?: Pick<CheckAnswer, 'upgrade_message' | 'upgrade_url'>
}

/** The record of a check. It spends nothing; what a caller without a passport uses up is added by its own rules. */
export function recordCheck(
  { request, access_mode: mode, outcome, ...found }: CheckToRecord,
  facts: LiveFacts,
): DecisionRecord<CheckAnswer> {
  return {
    attestation: {
      id: newId('att', facts.now),
      type: 'check',
      passport_id: found.passport_id,
      counter_key: null,
      agent_id: found.agent_id,
      action: request.action,
      target: request.target ?? null,
      decision: outcome.decision,
      reason_code: outcome.reason_code,
      cost_cents: 0,
      content: {
        access_mode: mode,
        presented_passport_id: request.passport_id ?? null,
        checks: signedChecks(outcome.checks),
        constraint_version: found.constraint_version,
        catalog: signedCatalog(found.catalog),
        assertion_nonce: found.proved_nonce,
        ...found.content,
      },
    },
    effects: [],
    ancestor_charges: [],
    approvals: [],
    burn_nonce: found.proved_nonce !== null,
    check: outcome.decision === 'allow' ? 'allowed' : 'denied',
    result: (sealed) => ({ ...answer(mode, outcome, sealed), ...found.answer }),
  }
}

function answer(
  mode: CheckAnswer['access_mode'],
  outcome: CheckOutcome,
  sealed: SealedAttestation,
): CheckAnswer {
  return {
    allowed: outcome.decision === 'allow',
    decision: outcome.decision,
    reason_code: outcome.reason_code,
    access_mode: mode,
    attestation_id: sealed.id,
    checks: outcome.checks,
    attestation: {
      attestation_json: sealed.attestation_json,
      signature: sealed.signature,
      public_key: sealed.public_key,
      signing_key_id: sealed.signing_key_id,
    },
  }
}
