import type { Caller } from '../http/call.ts'
import {
  type DecisionJob,
  type DecisionRecord,
  type IdempotencyClaim,
  type LiveFacts,
  NO_READS,
} from '../store/store.ts'
import { decideByCatalog } from './catalog-facts.ts'
import { checkAnonymously } from './check-anonymously.ts'
import { judgeCheck, refusedCheck } from './judge-check.ts'
import { logDecision } from './log-decision.ts'
import {
  type CheckRequest,
  findOpenGate,
  isPresented,
  type PreparedCheck,
  prepareCheck,
  type RefusedPassport,
} from './prepare-check.ts'
import { type CheckAnswer, recordCheck } from './record-check.ts'
import type { Services } from './services.ts'

/** Verifies a passport at a gate, or what may be done there without one, and records the verdict. */
export async function checkGate(
  services: Services,
  caller: Caller | null,
  request: CheckRequest,
  address: string,
  claim: IdempotencyClaim | null,
): Promise<CheckAnswer> {
  const gate = await findOpenGate(services, request.gate_id)
  const decided = isPresented(request)
    ? await checkPassport(services, caller, gate, request, claim)
    : await checkAnonymously(services, gate, request, address, claim)
  logDecision(services, 'check', decided, request)
  return decided
}

type Gate = Awaited<ReturnType<typeof findOpenGate>>

async function checkPassport(
  services: Services,
  caller: Caller | null,
  gate: Gate,
  request: CheckRequest,
  claim: IdempotencyClaim | null,
): Promise<CheckAnswer> {
  const prepared = await prepareCheck(services, caller, gate, request)
  const job = 'refusal' in prepared ? refusalJob(gate, request, prepared) : passportJob(gate, prepared)
  return decideByCatalog(services, { ...job, idempotency: claim })
}

type Job = Omit<DecisionJob<CheckAnswer>, 'idempotency'>

/** A passport that is bad or not known is denied and recorded, never downgraded to anonymous. */
function refusalJob(gate: Gate, request: CheckRequest, { refusal, access_mode }: RefusedPassport): Job {
  const { id: gateId, workspace_id: workspaceId } = gate
  return {
    workspace_id: workspaceId,
    chain_id: gateId,
    gate_id: gateId,
    ...NO_READS,
    counter_keys: [],
    sequence_key: `anonymous:${gateId}`,
    approval_id: null,
    nonce: null,
    decide: (facts) =>
      recordCheck(
        {
          request,
          access_mode,
          outcome: refusedCheck('passport', refusal),
          catalog: null,
          passport_id: null,
          agent_id: null,
          constraint_version: null,
          proved_nonce: null,
        },
        facts,
      ),
  }
}

function passportJob(gate: Gate, prepared: PreparedCheck): Job {
  const { passport, possession } = prepared
  return {
    workspace_id: gate.workspace_id,
    chain_id: gate.id,
    gate_id: gate.id,
    ...passport.reads,
    counter_keys: [],
    sequence_key: passport.sequence_key,
    approval_id: null,
    nonce: possession.nonce,
    decide: (facts) => recordPassport(prepared, facts),
  }
}

function recordPassport(prepared: PreparedCheck, facts: LiveFacts): DecisionRecord<CheckAnswer> {
  const { request, passport } = prepared
  return recordCheck(
    {
      ...judgeCheck(prepared, facts),
      request,
      access_mode: passport.access_mode,
      passport_id: passport.passport_id,
      agent_id: passport.agent_id,
      constraint_version: passport.constraint_version(facts),
    },
    facts,
  )
}
