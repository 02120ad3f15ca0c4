import {
  type CatalogFacts,
  type ConstraintInstance,
  type ConstraintMaps,
  type Credential,
  callPriceOf,
  check,
  collectInstances,
  fromEnvelopePermissions,
  type GateFacts,
  termsOf,
} from '@modei/core'
import type { Envelope } from '@modei/protocol/passports/envelope'
import { deriveTier } from '@modei/protocol/passports/tier'
import { parseTimestamp } from '@modei/protocol/time'
import type { GateRequest } from './gate-request.ts'
import type { GateCheck } from './gate-result.ts'
import type { GateView } from './gate-view.ts'

/** A verified passport that this gate issued, and all that its judgement depends on. */
export interface JudgeInput {
  readonly request: GateRequest
  readonly envelope: Envelope
  readonly possession: Credential['possession']
  readonly view: GateView
  readonly catalog: CatalogFacts | null
  readonly added: ConstraintMaps
  /** Unix milliseconds. */
  readonly now: number
}

export interface Judgement {
  readonly verdict: 'allow' | 'block' | 'ask'
  readonly reason_code: string | null
  readonly detail: string | null
  readonly checks: readonly GateCheck[]
}

/** Judged by facts that only the server has. */
const SUPERVISION = 'core:safety:fail_closed'

/**
 * Judges with core's own rules what needs no counter, no cost and no person. What fails here fails on the server too;
 * what passes is allowed unless something is left that only the server can judge.
 */
export function judge(input: JudgeInput): Judgement {
  const { request, envelope, view, catalog, now } = input
  const instances = instancesOf(input)
  const here = instances.filter(({ key }) => key !== SUPERVISION)
  const outcome = check({
    now,
    action: request.action,
    target: request.target,
    context: request.context ?? {},
    credential: credentialOf(envelope, view, input.possession),
    gate: gateFacts(view, catalog),
    instances: here,
    supervision_heartbeat_at: undefined,
  })
  const { checks, reason_code } = outcome
  if (outcome.decision !== 'allow') {
    const failed = checks.find(({ result }) => result === 'fail')
    return { verdict: 'block', reason_code, detail: failed?.detail ?? null, checks }
  }
  const isSettled =
    here.length === instances.length && !checks.some(isLeftOpen) && costsNothing(request, catalog)
  // Whether a nonce was used before, and whether a hold was approved, is known to no single process.
  const isPlain = request.assertion === undefined && request.approval_request_id === undefined
  return { verdict: isSettled && isPlain ? 'allow' : 'ask', reason_code: null, detail: null, checks }
}

/** A limit that `check` does not judge. */
function isLeftOpen({ name, result }: GateCheck): boolean {
  return result === 'skip' && name.includes(':')
}

/** Spending is the server's to count, also where nothing limits it. */
function costsNothing({ cost_cents = 0 }: GateRequest, catalog: CatalogFacts | null): boolean {
  const entry = catalog?.known === true ? catalog.entry : null
  return cost_cents === 0 && (entry === null || (callPriceOf(entry.constraints) ?? 0) === 0)
}

function instancesOf({ request, envelope, catalog, added }: JudgeInput): ConstraintInstance[] {
  const { action } = request
  const entry = catalog?.known === true ? catalog.entry : null
  const own = new Map(
    entry === null ? [] : [[entry.permission_key, new Map(Object.entries(entry.constraints))]],
  )
  return [
    ...fromEnvelopePermissions(envelope.permissions, action),
    // They only add and tighten, so that both may be kept side by side.
    ...collectInstances({ ...added, action, source: 'passport' }),
    ...collectInstances({ flat: new Map(), byPermission: own, action, source: 'catalog' }),
  ]
}

function gateFacts({ document }: GateView, catalog: CatalogFacts | null): GateFacts {
  const { gate_id, profile, allow_self_issued } = document
  return { gate_id, profile, allow_self_issued, issuer_accepted: false, catalog }
}

function credentialOf(
  envelope: Envelope,
  { revokedIds }: GateView,
  possession: Credential['possession'],
): Credential {
  const { passport_id, identity, permissions, provenance } = envelope
  const { catalog_version: version, catalog_content_hash } = provenance
  return {
    access_mode: 'passport',
    passport_id,
    agent_id: identity.agent_id,
    agent_name: identity.agent_name,
    permissions: permissions.map(({ permission_key }) => permission_key),
    terms: termsOf(permissions),
    gate_id: provenance.issuer.id,
    root: 'gate',
    expires_at: provenance.expires_at,
    expires_at_ms: parseTimestamp(provenance.expires_at) ?? 0,
    tier: deriveTier(envelope),
    malformed: null,
    revoked: revokedIds.has(passport_id)
      ? { reason: 'passport_revoked', detail: 'the passport was revoked by its gate' }
      : null,
    possession,
    catalog_pin:
      version === null || catalog_content_hash === null
        ? null
        : { version, content_hash: catalog_content_hash },
  }
}
