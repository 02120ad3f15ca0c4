/**
 * The one place that knows how a decision is spelled in each version of the API.
 * What is stored and signed is always the canonical spelling (that of `2026-05-14`).
 */
export const API_VERSIONS = ['2026-04-22', '2026-05-14'] as const
export type ApiVersion = (typeof API_VERSIONS)[number]
export const DEFAULT_API_VERSION: ApiVersion = '2026-04-22'

export function isApiVersion(value: unknown): value is ApiVersion {
  return API_VERSIONS.some((version) => version === value)
}

/** What the engine decides. */
export const ENGINE_DECISIONS = ['allow', 'block', 'request_hold'] as const
export type EngineDecision = (typeof ENGINE_DECISIONS)[number]

/** What may be stored and signed: an engine's decision or a person's resolution of a hold. */
export const CANONICAL_DECISIONS = ['allow', 'block', 'request_hold', 'approved', 'denied'] as const
export type CanonicalDecision = (typeof CANONICAL_DECISIONS)[number]

/** Which vocabulary a record speaks: gate checks and the CEL engine differ in the older version. */
export type DecisionKind = 'check' | 'enforce'

const OLD_WORDS: Readonly<Record<DecisionKind, Readonly<Record<CanonicalDecision, string>>>> = {
  enforce: {
    allow: 'PERMIT',
    block: 'BLOCK',
    request_hold: 'SUSPEND',
    approved: 'APPROVED',
    denied: 'DENIED',
  },
  check: { allow: 'allow', block: 'deny', request_hold: 'SUSPEND', approved: 'APPROVED', denied: 'DENIED' },
}

/** Spells a canonical decision for the caller's API version. */
export function spellDecision(decision: CanonicalDecision, kind: DecisionKind, version: ApiVersion): string {
  return version === '2026-05-14' ? decision : OLD_WORDS[kind][decision]
}

const CANONICAL_BY_WORD: ReadonlyMap<string, CanonicalDecision> = new Map<string, CanonicalDecision>([
  ...CANONICAL_DECISIONS.map((word) => [word, word] as const),
  ['deny', 'block'],
  ['allowed', 'allow'],
  ['permit', 'allow'],
  ['suspend', 'request_hold'],
  ['hold', 'request_hold'],
])

/**
 * Reads any spelling of a decision, in any case, into the canonical one; `undefined` for an unknown word.
 * `denied` is a person's resolution here; a recorded outcome reads it through {@link parseRecordedResult}.
 */
export function parseDecision(word: string): CanonicalDecision | undefined {
  return CANONICAL_BY_WORD.get(word.toLowerCase())
}

/** Reads the outcome that a gate's owner records. `denied` means that the gate refused, so it is stored as `block`. */
export function parseRecordedResult(word: string): CanonicalDecision | undefined {
  const decision = parseDecision(word)
  return decision === 'denied' ? 'block' : decision
}

/** Every word that {@link parseDecision} reads, for schemas and documentation. */
export const DECISION_WORDS: readonly string[] = [
  'allow',
  'block',
  'request_hold',
  'approved',
  'denied',
  'deny',
  'allowed',
  'hold',
  'PERMIT',
  'BLOCK',
  'SUSPEND',
  'APPROVED',
  'DENIED',
]
