import { type ApiVersion, type CanonicalDecision, type DecisionKind, spellDecision } from '@modei/protocol'

interface Decided {
  decision: CanonicalDecision | null
}

/** Spells one record's decision for the caller's API version. */
export function spell<T extends Decided>(kind: DecisionKind, record: T, version: ApiVersion) {
  const { decision } = record
  return { ...record, decision: decision === null ? null : spellDecision(decision, kind, version) }
}

/** Whether a stored record speaks the gate's vocabulary or the engine's. */
export function kindOf(type: string): DecisionKind {
  return type === 'enforcement' || type === 'resolution' ? 'enforce' : 'check'
}
