import { type CatalogFacts, type CheckOutcome, check, type Refusal } from '@modei/core'
import { type CheckResult, ModeiProblem } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { newId } from '../new-id.ts'
import type { DecisionRecord, IdempotencyClaim, LiveFacts, SealedAttestation } from '../store/store.ts'
import { type CatalogLookup, decideByCatalog, findCatalog } from './catalog-facts.ts'
import { catalogInstances } from './catalog-instances.ts'
import { signedCatalog, signedChecks } from './decision-content.ts'
import { type Found, findPresented, PASSPORT_NOT_KNOWN, type PassportReference } from './find-presented.ts'
import { acceptsIssuer, gateFacts } from './gate-facts.ts'
import { gateNotFound } from './gates.ts'
import { limitSelfIssued } from './limit-self-issued.ts'
import { logDecision } from './log-decision.ts'
import { type AssertionInput, type Possession, provePossession } from './possession.ts'
import type { PresentedPassport } from './presented-passport.ts'
import type { Services } from './services.ts'

export interface CheckRequest extends PassportReference {
  gate_id: string
  action: string
  assertion?: AssertionInput | undefined
  target?: string | undefined
  context?: Readonly<Record<string, unknown>> | undefined
}

/** A check in canonical words; the edge spells the decision for the caller's version. */
export type CheckAnswer = Omit<CheckResult, 'decision'> & { decision: CheckOutcome['decision'] }

/** Verifies a passport at a gate and records the verdict. */
export async function checkGate(
  services: Services,
  caller: Caller | null,
  request: CheckRequest,
  claim: IdempotencyClaim | null,
): Promise<CheckAnswer> {
  const { store } = services
  const gate = await store.read
    .selectFrom('gates')
    .selectAll()
    .where('id', '=', request.gate_id)
    .executeTakeFirst()
  if (gate === undefined || gate.deleted_at !== null) throw gateNotFound(request.gate_id)
  const found = await findPresented(services, request)
  const ownCaller = caller?.workspace_id === gate.workspace_id
  // Alike whether the passport exists or not: only the gate's own workspace may ask about passports that were issued.
  if (!ownCaller && isPresented(request) && needsKey(found)) {
    throw new ModeiProblem('unauthenticated', 'the API key is missing or not valid')
  }
  const visible = visibleAt(gate, found)
  const passport = visible.passport
  const mode = accessMode(request, visible)
  const inline = visible.passport !== null && visible.inline
  const now = await store.now()
  const possession =
    passport === null
      ? null
      : provePossession(passport, request, request.assertion, { required: inline, now })
  const limited =
    passport === null || possession === null
      ? null
      : limitSelfIssued(services, passport, { inline, possession, own_caller: ownCaller })
  const catalog = passport === null ? null : await findCatalog(services, gate.id, passport, request.action)
  const decided = await decideByCatalog<CheckAnswer>(services, {
    workspace_id: gate.workspace_id,
    chain_id: gate.id,
    gate_id: gate.id,
    passport_ids: passport?.reads.passport_ids ?? [],
    issuer_ids: passport?.reads.issuer_ids ?? [],
    revocation_keys: passport?.reads.revocation_keys ?? [],
    counter_keys: [],
    sequence_key: passport?.sequence_key ?? `anonymous:${gate.id}`,
    approval_id: null,
    nonce: possession?.nonce ?? null,
    idempotency: claim,
    decide(facts) {
      const refusal = limited ?? ('refusal' in visible ? visible.refusal : null)
      return passport === null || possession === null || catalog === null || refusal !== null
        ? record(request, passport, mode, null, refused(request, refusal), facts, null)
        : decide(request, passport, possession, catalog, facts)
    },
  })
  logDecision(services, 'check', decided, request)
  return decided
}

/** Another workspace's passport is unknown here unless the gate trusts its issuer. */
function visibleAt(gate: Parameters<typeof acceptsIssuer>[0], found: Found): Found {
  const { passport } = found
  if (passport === null || passport.workspace_id === null || passport.workspace_id === gate.workspace_id)
    return found
  if (acceptsIssuer(gate, passport)) return found
  return PASSPORT_NOT_KNOWN
}

function isPresented({ passport_id, passport }: PassportReference): boolean {
  return passport_id !== undefined || passport !== undefined
}

/** Whatever is, claims to be, or may be rooted in a passport that a gate or an issuer signed. */
function needsKey(found: Found): boolean {
  return found.passport === null ? found.claimed_root === 'issued' : !found.passport.self_rooted
}

function decide(
  request: CheckRequest,
  passport: PresentedPassport,
  possession: Possession,
  lookup: CatalogLookup,
  facts: LiveFacts,
): DecisionRecord<CheckAnswer> {
  const gate = facts.gate(request.gate_id)
  if (gate === undefined || gate.deleted_at !== null) throw gateNotFound(request.gate_id)
  const catalog = lookup(facts)
  const outcome = check({
    now: facts.now,
    action: request.action,
    target: request.target,
    context: request.context ?? {},
    credential: passport.credential(facts, possession.judge(facts)),
    gate: gateFacts(gate, passport, catalog),
    instances: [
      ...passport.instances(facts, request.action),
      ...catalogInstances(catalog, request.action),
      ...passport.ancestors.flatMap((ancestor) => ancestor.instances(facts, request.action)),
    ],
    supervision_heartbeat_at: facts.workspace().supervised_at ?? undefined,
  })
  return record(
    request,
    passport,
    passport.access_mode,
    catalog,
    outcome,
    facts,
    possession.judge(facts) === 'proved' ? possession : null,
  )
}

/** A passport that is bad or not known is denied; without one, the anonymous policy speaks, and it allows nothing. */
function refused(request: CheckRequest, refusal: Refusal | null): CheckOutcome {
  const presented = isPresented(request)
  const { reason, detail } = refusal ?? {
    reason: 'anonymous_not_allowed',
    detail: 'the gate allows no anonymous access',
  }
  const name = presented ? 'passport' : 'anonymous_access'
  return {
    decision: 'block',
    reason_code: reason,
    checks: [{ name, result: 'fail', reason_code: reason, detail }],
  }
}

/** How the gate was approached; of a passport that is refused, its own word on who issued it is all there is. */
function accessMode(request: CheckRequest, found: Found): CheckAnswer['access_mode'] {
  if (!isPresented(request)) return 'anonymous'
  if (found.passport !== null) return found.passport.access_mode
  return found.claimed_root === 'self' ? 'self_issued' : 'passport'
}

function record(
  request: CheckRequest,
  passport: PresentedPassport | null,
  mode: CheckAnswer['access_mode'],
  catalog: CatalogFacts | null,
  outcome: CheckOutcome,
  facts: LiveFacts,
  proved: Possession | null,
): DecisionRecord<CheckAnswer> {
  return {
    attestation: {
      id: newId('att', facts.now),
      type: 'check',
      passport_id: passport?.passport_id ?? null,
      counter_key: null,
      agent_id: passport?.agent_id ?? null,
      action: request.action,
      target: request.target ?? null,
      decision: outcome.decision,
      reason_code: outcome.reason_code,
      cost_cents: 0,
      content: {
        access_mode: mode,
        presented_passport_id: request.passport_id ?? null,
        checks: signedChecks(outcome.checks),
        constraint_version: passport?.constraint_version(facts) ?? null,
        catalog: signedCatalog(catalog),
        assertion_nonce: proved?.nonce?.nonce ?? null,
      },
    },
    effects: [],
    ancestor_charges: [],
    approvals: [],
    burn_nonce: proved !== null,
    check: outcome.decision === 'allow' ? 'allowed' : 'denied',
    result: (sealed) => answer(mode, outcome, sealed),
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
