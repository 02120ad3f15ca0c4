import {
  type CatalogFacts,
  type EnforceOutcome,
  enforce,
  prepareCounters,
  type Subject,
  withFurther,
} from '@modei/core'
import { newId } from '../new-id.ts'
import type { LiveFacts, NeedPermits } from '../store/store.ts'
import { approvalFingerprint } from './approval-fingerprint.ts'
import { catalogInstances } from './catalog-instances.ts'
import { gateFacts } from './gate-facts.ts'
import { gateNotFound } from './gates.ts'
import type { PreparedEnforcement } from './prepare-enforcement.ts'
import { presentedApproval } from './presented-approval.ts'
import type { Services } from './services.ts'

export interface JudgedEnforcement {
  outcome: EnforceOutcome
  catalog: CatalogFacts | null
  /** Names the request, for what is held. */
  fingerprint(): string
  /** The nonce of an assertion that held. */
  proved_nonce: string | null
}

/** Judges an action by live facts. Records nothing, so that a dry run answers what enforcing would. */
export function judgeEnforcement(
  { config }: Services,
  prepared: PreparedEnforcement,
  facts: LiveFacts,
): JudgedEnforcement | NeedPermits {
  const { request, passport, gate_id: gateId, possession, approval_id: approvalId } = prepared
  const gateRow = gateId === null ? undefined : facts.gate(gateId)
  if (gateId !== null && (gateRow === undefined || gateRow.deleted_at !== null)) throw gateNotFound(gateId)
  const catalog = prepared.catalog?.(facts) ?? null
  const subjects = subjectsOf(prepared, catalog, facts)
  const needed = prepareCounters(subjects, facts.now, (key) => facts.pastPermits(key))
  if (needed !== null) return { need: 'permits', ...needed }
  const metadata = request.metadata ?? {}
  const fingerprint = () =>
    approvalFingerprint({
      passport_id: passport.sequence_key,
      action: request.action,
      target: request.target,
      cost_cents: request.cost_cents,
      metadata,
      constraint_version: passport.constraint_version(facts),
      gate_id: gateId,
      catalog,
    })
  const proof = possession.judge(facts)
  const credential = passport.credential(facts, proof)
  const outcome = enforce({
    now: facts.now,
    action: request.action,
    target: request.target,
    cost_cents: request.cost_cents,
    metadata,
    credential: prepared.limited === null ? credential : { ...credential, malformed: prepared.limited },
    gate: gateRow === undefined ? null : gateFacts(gateRow, passport, catalog),
    subjects,
    supervision_heartbeat_at: facts.workspace().supervised_at ?? undefined,
    fingerprint,
    approval: approvalId === undefined ? null : presentedApproval(approvalId, passport.passport_id, facts),
    new_approval_id: () => newId('hold', facts.now),
    approval_ttl_ms: config.MODEI_APPROVAL_TTL * 1000,
  })
  const provedNonce = proof === 'proved' ? (possession.nonce?.nonce ?? null) : null
  return { outcome, catalog, fingerprint, proved_nonce: provedNonce }
}

/** What a catalog limits, it limits for a whole line: a child spends no more of it than is left to its parent. */
function subjectsOf(
  { passport, request }: PreparedEnforcement,
  catalog: CatalogFacts | null,
  facts: LiveFacts,
): Subject[] {
  const ofCatalog = catalogInstances(catalog, request.action)
  const own: Subject = {
    counter_key: passport.counter_key,
    counters: facts.counters(passport.counter_key),
    instances: withFurther(passport.instances(facts, request.action), ofCatalog),
  }
  return [
    own,
    ...passport.ancestors.map((ancestor) => ({
      counter_key: ancestor.counter_key,
      counters: facts.counters(ancestor.counter_key),
      instances: withFurther(ancestor.instances(facts, request.action), ofCatalog),
    })),
  ]
}
