import { type CounterEffect, cumulativeState, WINDOW_TYPES, type WindowType } from '@modei/core'
import { ModeiProblem, type StateResetResult } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { newId } from '../new-id.ts'
import { type DecisionRecord, type IdempotencyClaim, type LiveFacts, NO_READS } from '../store/store.ts'
import { findUsedPassport, type UsedPassport } from './find-used-passport.ts'
import type { Services } from './services.ts'

/** Sets a passport's counters back and records that, with what they held. What open holds reserve stays reserved. */
export async function resetCumulativeState(
  services: Services,
  caller: Caller,
  passportId: string,
  windowType: string | undefined,
  claim: IdempotencyClaim | null,
): Promise<StateResetResult> {
  const type = windowType === undefined ? undefined : readWindowType(windowType)
  const used = await findUsedPassport(services, caller, passportId)
  const gateId = await openGateOf(services, used)
  return services.store.decide<StateResetResult>({
    workspace_id: caller.workspace_id,
    // What has no gate, or none that still signs, is recorded in the workspace's own chain.
    chain_id: gateId ?? caller.workspace_id,
    gate_id: gateId,
    ...NO_READS,
    counter_keys: [used.counter_key],
    sequence_key: used.sequence_key,
    approval_id: null,
    nonce: null,
    idempotency: claim,
    decide(facts) {
      if (gateId !== null && facts.gate(gateId)?.deleted_at !== null) {
        throw new ModeiProblem('conflict', `the gate \`${gateId}\` was archived meanwhile`)
      }
      return record(caller, used, type, facts)
    },
  })
}

function readWindowType(text: string): WindowType {
  const type = WINDOW_TYPES.find((known) => known === text)
  if (type !== undefined) return type
  const message = 'rolling windows and rates are reset with everything else: leave `window_type` out'
  throw new ModeiProblem('request_invalid', message, {
    errors: [{ pointer: '/body/window_type', message }],
  })
}

async function openGateOf({ store }: Services, { issued }: UsedPassport): Promise<string | null> {
  const gateId = issued?.row.gate_id ?? null
  if (gateId === null) return null
  const gate = await store.read
    .selectFrom('gates')
    .select('deleted_at')
    .where('id', '=', gateId)
    .executeTakeFirst()
  return gate?.deleted_at === null ? gateId : null
}

function record(
  caller: Caller,
  used: UsedPassport,
  type: WindowType | undefined,
  facts: LiveFacts,
): DecisionRecord<StateResetResult> {
  const { windows } = cumulativeState(facts.counters(used.counter_key), facts.now)
  const effect: CounterEffect = { type: 'reset', window_type: type, now: facts.now }
  return {
    attestation: {
      id: newId('sys', facts.now),
      type: 'reset',
      passport_id: used.passport_id,
      counter_key: null,
      agent_id: used.agent_id,
      action: null,
      target: null,
      decision: null,
      reason_code: null,
      cost_cents: 0,
      content: {
        window_type: type ?? null,
        counters_before: windows.map(({ window_type, window_start, cost_cumulative_cents, permits }) => ({
          window_type,
          window_start,
          spent_cents: cost_cumulative_cents,
          permits,
        })),
        reset_by: caller.key_id,
      },
    },
    effects: [{ counter_key: used.counter_key, effect }],
    ancestor_charges: [],
    approvals: [],
    burn_nonce: false,
    check: null,
    result: (sealed) => ({ reset: true, attestation_id: sealed.id, window_type: type ?? null }),
  }
}
