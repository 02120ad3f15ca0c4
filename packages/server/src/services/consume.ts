import {
  AmountTooLarge,
  type CatalogEntry,
  type CounterEffect,
  type PricedConsumption,
  priceConsumption,
  usageOf,
} from '@modei/core'
import { type ConsumeResult, canonicalJson, ModeiProblem, permissionCovers, sha256Hex } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { newId } from '../new-id.ts'
import type { DecisionRecord, IdempotencyClaim, LiveFacts, Row } from '../store/store.ts'
import { type AgentPop, type ProvedUse, proveUse } from './agent-pop.ts'
import { findPresented } from './find-presented.ts'
import { acceptsIssuer } from './gate-facts.ts'
import { findOwnGate, gateNotFound } from './gates.ts'
import { passportNotFound } from './passports.ts'
import type { PresentedPassport } from './presented-passport.ts'
import type { Services } from './services.ts'

export interface ConsumeRequest {
  passport_id: string
  gate_id: string
  action: string
  outcome: 'success' | 'error' | 'timeout' | 'partial'
  quantity: number
  agent_pop?: AgentPop | undefined
  request_payload_hash?: string | undefined
  response_payload_hash?: string | undefined
  duration_ms?: number | undefined
  metadata?: Readonly<Record<string, unknown>> | undefined
}

/** Records one metered use in the gate's chain, priced by the catalog that the passport is pinned to. */
export async function consume(
  services: Services,
  caller: Caller,
  request: ConsumeRequest,
  claim: IdempotencyClaim | null,
): Promise<ConsumeResult> {
  const { store } = services
  const gate = await findOwnGate(store.read, caller.workspace_id, request.gate_id)
  if (gate.deleted_at !== null) throw gateNotFound(request.gate_id)
  const passport = await findUsedPassport(services, gate, request)
  const pin = passport.catalog_pin
  const catalog = pin === null ? undefined : await services.catalogs.find(gate.id, pin.version)
  const entry = catalog?.content_hash === pin?.content_hash ? catalog?.entries.get(request.action) : undefined
  const proof = proveUse(passport, gate.profile, request, await store.now())
  // Free calls are counted per gate, permission and agent, in a counter of their own.
  const callsKey = `calls ${gate.id} ${request.action} ${passport.agent_id}`
  return store.decide<ConsumeResult>({
    workspace_id: caller.workspace_id,
    chain_id: gate.id,
    gate_id: gate.id,
    ...passport.reads,
    counter_keys: [callsKey],
    sequence_key: passport.sequence_key,
    approval_id: null,
    nonce: proof?.nonce ?? null,
    idempotency: claim,
    decide: (facts) => decide(request, passport, entry, proof, callsKey, facts),
  })
}

async function findUsedPassport(
  services: Services,
  gate: Row<'gates'>,
  request: ConsumeRequest,
): Promise<PresentedPassport> {
  const { passport } = await findPresented(services, { passport_id: request.passport_id })
  const visible =
    passport !== null &&
    (passport.workspace_id === null ||
      passport.workspace_id === gate.workspace_id ||
      acceptsIssuer(gate, passport))
  if (passport === null || !visible) throw passportNotFound(request.passport_id)
  if (passport.gate_id !== null && passport.gate_id !== gate.id) {
    throw invalid('/body/gate_id', 'the passport is of another gate')
  }
  return passport
}

function invalid(pointer: string, message: string): ModeiProblem {
  return new ModeiProblem('request_invalid', message, { errors: [{ pointer, message }] })
}

function decide(
  request: ConsumeRequest,
  passport: PresentedPassport,
  entry: CatalogEntry | undefined,
  proof: ProvedUse | null,
  callsKey: string,
  facts: LiveFacts,
): DecisionRecord<ConsumeResult> {
  const gate = facts.gate(request.gate_id)
  if (gate === undefined || gate.deleted_at !== null) throw gateNotFound(request.gate_id)
  if (proof !== null && facts.nonceUsed(proof.nonce.scope, proof.nonce.nonce)) {
    throw new ModeiProblem('nonce_already_used', 'the nonce of `agent_pop` was used before')
  }
  refuseInactive(request, passport, proof?.at ?? facts.now, facts)
  const used = usageOf(facts.counters(callsKey), '*', facts.now).spend({
    kind: 'calendar',
    unit: 'monthly',
    timezone: 'UTC',
  })
  const priced = price(entry, request, used?.spent ?? Number.MAX_SAFE_INTEGER)
  const effects: { counter_key: string; effect: CounterEffect }[] =
    priced.counted_calls === 0
      ? []
      : [{ counter_key: callsKey, effect: callsEffect(request, priced, facts.now) }]
  return record(request, passport, priced, proof, effects, facts)
}

/** The counter of calls counts them where other counters count cents. */
function callsEffect(request: ConsumeRequest, priced: PricedConsumption, now: number): CounterEffect {
  return {
    type: 'charge',
    now,
    action: request.action,
    cost_cents: priced.counted_calls,
    target_host: undefined,
  }
}

function price(entry: CatalogEntry | undefined, request: ConsumeRequest, calls: number): PricedConsumption {
  try {
    return priceConsumption(entry?.constraints ?? {}, {
      outcome: request.outcome,
      quantity: request.quantity,
      duration_ms: request.duration_ms,
      calls_this_month: calls,
    })
  } catch (error) {
    if (!(error instanceof AmountTooLarge)) throw error
    throw invalid('/body/quantity', error.message)
  }
}

/**
 * A passport that had ended before the call cannot be billed for it. When the call was made is what the agent signed;
 * without its proof the gate's word counts for nothing, and the call was made now.
 */
function refuseInactive(
  request: ConsumeRequest,
  passport: PresentedPassport,
  started: number,
  facts: LiveFacts,
): void {
  const credential = passport.credential(facts, 'absent')
  const fault = credential.malformed ?? (endedBefore(passport, facts, started) ? credential.revoked : null)
  const expired = credential.expires_at_ms <= started
  if (fault !== null || expired) {
    const detail = fault?.detail ?? `the passport expired at ${credential.expires_at}`
    throw new ModeiProblem('passport_not_active', detail)
  }
  if (!credential.permissions.some((granted) => permissionCovers(granted, request.action))) {
    throw invalid('/body/action', `the passport does not grant \`${request.action}\``)
  }
}

/** Whether a revocation, where there is one, came before the call; what has no time of its own always did. */
function endedBefore(passport: PresentedPassport, facts: LiveFacts, started: number): boolean {
  const times = [
    ...passport.reads.passport_ids.map((id) => facts.passport(id)?.revoked_at),
    ...passport.reads.revocation_keys.map((key) => facts.revokedAt(key)),
  ].filter((time) => typeof time === 'number')
  return times.length === 0 || times.some((time) => time <= started)
}

function record(
  request: ConsumeRequest,
  passport: PresentedPassport,
  priced: PricedConsumption,
  proof: ProvedUse | null,
  effects: DecisionRecord<ConsumeResult>['effects'],
  facts: LiveFacts,
): DecisionRecord<ConsumeResult> {
  const pin = passport.catalog_pin
  return {
    attestation: {
      id: newId('ca', facts.now),
      type: 'consumption',
      passport_id: passport.passport_id,
      counter_key: null,
      agent_id: passport.agent_id,
      action: request.action,
      target: null,
      decision: null,
      // A consumption has no reason; its outcome stands where lists and reports can count it.
      reason_code: request.outcome,
      cost_cents: priced.cost_cents,
      content: {
        outcome: request.outcome,
        quantity: request.quantity,
        duration_ms: request.duration_ms ?? null,
        platform_fee_cents: priced.platform_fee_cents,
        currency: priced.currency,
        pricing_model: priced.pricing_model,
        free_calls: priced.free_calls,
        catalog: pin,
        request_payload_hash: request.request_payload_hash ?? null,
        response_payload_hash: request.response_payload_hash ?? null,
        metadata_hash: request.metadata === undefined ? null : sha256Hex(canonicalJson(request.metadata)),
        agent_pop: proof?.signed ?? null,
      },
    },
    effects,
    ancestor_charges: [],
    approvals: [],
    burn_nonce: proof !== null,
    check: null,
    result: (sealed) => ({
      attestation_id: sealed.id,
      cost_cents: String(priced.cost_cents),
      platform_fee_cents: String(priced.platform_fee_cents),
      currency: priced.currency,
      pricing_model: priced.pricing_model,
      catalog_version: pin?.version ?? null,
      catalog_content_hash: pin?.content_hash ?? null,
      attestation_json: sealed.attestation_json,
      signature: sealed.signature,
      public_key: sealed.public_key,
      signing_key_id: sealed.signing_key_id,
    }),
  }
}
