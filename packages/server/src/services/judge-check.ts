import { type CatalogFacts, type CheckOutcome, check } from '@modei/core'
import type { LiveFacts } from '../store/store.ts'
import { catalogInstances } from './catalog-instances.ts'
import { gateFacts } from './gate-facts.ts'
import { gateNotFound } from './gates.ts'
import type { PreparedCheck } from './prepare-check.ts'

export interface JudgedCheck {
  outcome: CheckOutcome
  catalog: CatalogFacts | null
  /** The nonce of an assertion that held. */
  proved_nonce: string | null
}

/** Judges a passport at a gate by live facts. Records nothing, so that a dry run answers what a check would. */
export function judgeCheck(
  { request, passport, possession, limited, catalog: lookup }: PreparedCheck,
  facts: LiveFacts,
): JudgedCheck {
  const gate = facts.gate(request.gate_id)
  if (gate === undefined || gate.deleted_at !== null) throw gateNotFound(request.gate_id)
  if (limited !== null) {
    return { outcome: refusedCheck('passport', limited), catalog: null, proved_nonce: null }
  }
  const catalog = lookup(facts)
  const proof = possession.judge(facts)
  const outcome = check({
    now: facts.now,
    action: request.action,
    target: request.target,
    context: request.context ?? {},
    credential: passport.credential(facts, proof),
    gate: gateFacts(gate, passport, catalog),
    instances: [
      ...passport.instances(facts, request.action),
      ...catalogInstances(catalog, request.action),
      ...passport.ancestors.flatMap((ancestor) => ancestor.instances(facts, request.action)),
    ],
    supervision_heartbeat_at: facts.workspace().supervised_at ?? undefined,
  })
  return { outcome, catalog, proved_nonce: proof === 'proved' ? (possession.nonce?.nonce ?? null) : null }
}

/** The verdict over what was refused before anything of it was judged. */
export function refusedCheck(
  name: string,
  { reason, detail }: { reason: string; detail: string },
): CheckOutcome {
  return {
    decision: 'block',
    reason_code: reason,
    checks: [{ name, result: 'fail', reason_code: reason, detail }],
  }
}
