import type { CatalogFacts, CheckItem, Evaluation } from '@modei/core'
import { formatTimestamp } from '@modei/protocol'

/** The signed form of the checks of one decision. */
export function signedChecks(checks: readonly CheckItem[]): unknown[] {
  return checks.map(({ name, result, reason_code }) =>
    reason_code === undefined ? { name, result } : { name, result, reason_code },
  )
}

type SignedEvaluation = Omit<Evaluation, 'detail' | 'resets_at'> & { resets_at: string | null }

/** The signed form of evaluations: values and results, without the sentences made from them. */
export function signedEvaluations(evaluations: readonly Evaluation[]): SignedEvaluation[] {
  // Written out: to copy all but some took longer than to judge. The type has an eye on what is added to an evaluation.
  return evaluations.map((evaluation) => ({
    constraint_key: evaluation.constraint_key,
    result: evaluation.result,
    reason_code: evaluation.reason_code,
    source: evaluation.source,
    scope: evaluation.scope,
    limit: evaluation.limit,
    current: evaluation.current,
    requested: evaluation.requested,
    resets_at: evaluation.resets_at === null ? null : formatTimestamp(evaluation.resets_at),
  }))
}

/** The answered form of evaluations. */
export function answeredEvaluations(evaluations: readonly Evaluation[]) {
  return evaluations.map((evaluation) => ({
    ...evaluation,
    resets_at: evaluation.resets_at === null ? null : formatTimestamp(evaluation.resets_at),
  }))
}

/** The catalog that a decision was made under. */
export function signedCatalog(catalog: CatalogFacts | null): unknown {
  if (catalog === null) return null
  return catalog.known
    ? { version: catalog.version, content_hash: catalog.content_hash }
    : { version: catalog.version }
}
