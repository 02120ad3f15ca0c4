import {
  type CatalogFacts,
  type CheckOutcome,
  type CounterEffect,
  type Counters,
  checkAnonymous,
} from '@modei/core'
import {
  type DecisionRecord,
  type IdempotencyClaim,
  type LiveFacts,
  NO_READS,
  type Row,
} from '../store/store.ts'
import { type AnonymousAccess, findAnonymousAccess } from './anonymous-policy.ts'
import { type CatalogLookup, decideByCatalog, findCatalog } from './catalog-facts.ts'
import { catalogInstances } from './catalog-instances.ts'
import { type ClientNetwork, clientNetwork } from './client-network.ts'
import { gateNotFound } from './gates.ts'
import type { CheckRequest } from './prepare-check.ts'
import { type CheckAnswer, recordCheck } from './record-check.ts'
import type { Services } from './services.ts'

const RATE_LIMITED = 'anonymous_rate_limited'
const MINUTE_MS = 60_000

/** The address was refused for its rate less than a minute ago, and that record stands for this refusal too. */
class RefusedAlready extends Error {
  override readonly name = 'RefusedAlready'
  readonly attestation_id: string
  readonly outcome: CheckOutcome
  constructor(attestationId: string, outcome: CheckOutcome) {
    super('refused for its rate before')
    this.attestation_id = attestationId
    this.outcome = outcome
  }
}

interface Asked {
  request: CheckRequest
  access: AnonymousAccess
  network: ClientNetwork
  counter_key: string
  catalog: CatalogLookup
}

/** Judges a caller without a passport by the gate's policy, counted by address and exact across processes. */
export async function checkAnonymously(
  services: Services,
  gate: Row<'gates'>,
  request: CheckRequest,
  address: string,
  claim: IdempotencyClaim | null,
): Promise<CheckAnswer> {
  const { store, anonymous } = services
  const network = clientNetwork(address)
  const access = await findAnonymousAccess(store.read, gate.id)
  const asked: Asked = {
    request,
    access,
    network,
    counter_key: anonymous.counterKey(gate.id, network.counted),
    catalog: await findCatalog(services, gate.id, { catalog_pin: null }, request.action),
  }
  anonymous.sweep(gate.workspace_id, gate.id, await store.now())
  try {
    return await decideByCatalog<CheckAnswer>(services, {
      workspace_id: gate.workspace_id,
      chain_id: gate.id,
      gate_id: gate.id,
      ...NO_READS,
      counter_keys: [asked.counter_key],
      sequence_key: `anonymous:${gate.id}`,
      approval_id: null,
      nonce: null,
      idempotency: claim,
      decide: (facts) => decide(asked, facts),
    })
  } catch (error) {
    if (!(error instanceof RefusedAlready)) throw error
    anonymous.noteRepeat(error.attestation_id, gate.workspace_id)
    return repeatedRefusal(access, error.outcome)
  }
}

function decide(asked: Asked, facts: LiveFacts): DecisionRecord<CheckAnswer> {
  const { request, access, counter_key } = asked
  const gate = facts.gate(request.gate_id)
  if (gate === undefined || gate.deleted_at !== null) throw gateNotFound(request.gate_id)
  const catalog = asked.catalog(facts)
  const counters = facts.counters(counter_key)
  const outcome = checkAnonymous({
    now: facts.now,
    action: request.action,
    target: request.target,
    context: request.context ?? {},
    gate: { gate_id: gate.id, profile: gate.profile, catalog },
    rules: access,
    instances: catalogInstances(catalog, request.action),
    supervision_heartbeat_at: facts.workspace().supervised_at ?? undefined,
    counters,
  })
  const record = recordOf(asked, outcome, catalog, facts)
  const effects = effectsOf(request.action, outcome, counters, record.attestation.id, facts.now)
  return { ...record, effects: effects.map((effect) => ({ counter_key, effect })) }
}

/**
 * What is allowed is counted. A first refusal for the rate leaves a reservation of nothing, which bears the id of its
 * record and lasts a minute: by it the refusals that follow are known as repeats, in every process.
 */
function effectsOf(
  action: string,
  outcome: CheckOutcome,
  counters: Counters,
  attestationId: string,
  now: number,
): CounterEffect[] {
  if (outcome.decision === 'allow') {
    return [{ type: 'charge', now, action, cost_cents: 0, target_host: undefined }]
  }
  if (outcome.reason_code !== RATE_LIMITED) return []
  const marks = counters.reservations.filter(({ fingerprint }) => fingerprint === RATE_LIMITED)
  const open = marks.find(({ expires_at }) => now < expires_at)
  if (open !== undefined) throw new RefusedAlready(open.id, outcome)
  const expiresAt = now + MINUTE_MS
  return [
    ...marks.map(({ id }) => ({ type: 'release', id }) as const),
    {
      type: 'reserve',
      now,
      id: attestationId,
      fingerprint: RATE_LIMITED,
      action,
      cost_cents: 0,
      expires_at: expiresAt,
    },
  ]
}

function recordOf(
  { request, access, network }: Asked,
  outcome: CheckOutcome,
  catalog: CatalogFacts | null,
  facts: LiveFacts,
): DecisionRecord<CheckAnswer> {
  return recordCheck(
    {
      request,
      access_mode: 'anonymous',
      outcome,
      catalog,
      passport_id: null,
      agent_id: null,
      constraint_version: null,
      proved_nonce: null,
      // The record is for ever, so it names a network and no single address.
      content: { client_network: network.shown },
      answer: upgradeOf(access, outcome),
    },
    facts,
  )
}

function upgradeOf(access: AnonymousAccess, outcome: CheckOutcome) {
  return outcome.decision === 'allow'
    ? {}
    : { upgrade_message: access.upgrade_message, upgrade_url: access.upgrade_url }
}

function repeatedRefusal(access: AnonymousAccess, outcome: CheckOutcome): CheckAnswer {
  return {
    allowed: false,
    decision: outcome.decision,
    reason_code: outcome.reason_code,
    access_mode: 'anonymous',
    attestation_id: null,
    checks: outcome.checks,
    attestation: null,
    ...upgradeOf(access, outcome),
  }
}
