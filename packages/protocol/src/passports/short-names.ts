import type { JsonValue } from './json.ts'

/** What a delegated value may be, seen from the value above it. */
export type Tightening = 'lower' | 'fewer' | 'equal'

/** A constraint as the published packages abbreviate it. The signed bytes keep the short name. */
export interface ShortConstraint {
  readonly name: string
  /** The constraint as which it is evaluated. */
  readonly core_key: string
  readonly tightening: Tightening
  /** Values of other constraints that the short name stands for as well. */
  readonly implies?: Readonly<Record<string, JsonValue>>
}

export const SHORT_CONSTRAINTS: readonly ShortConstraint[] = [
  { name: 'max_per_action_cost', core_key: 'core:cost:max_per_action', tightening: 'lower' },
  { name: 'max_daily_cost', core_key: 'core:cost:max_per_day', tightening: 'lower' },
  {
    name: 'max_total_cost',
    core_key: 'core:cost:max_cumulative',
    tightening: 'lower',
    implies: { 'core:cost:cumulative_window': 'total' },
  },
  { name: 'rate_limit_per_minute', core_key: 'core:rate:max_per_minute', tightening: 'lower' },
  { name: 'rate_limit_per_hour', core_key: 'core:rate:max_per_hour', tightening: 'lower' },
  { name: 'allowed_domains', core_key: 'core:scope:domain_allowlist', tightening: 'fewer' },
  { name: 'allowed_paths', core_key: 'core:scope:target_allowlist', tightening: 'fewer' },
  { name: 'allowed_models', core_key: 'core:scope:model_allowlist', tightening: 'fewer' },
  { name: 'operating_hours', core_key: 'core:time:operating_hours', tightening: 'equal' },
]

const BY_NAME: ReadonlyMap<string, ShortConstraint> = new Map(SHORT_CONSTRAINTS.map((row) => [row.name, row]))

export function findShortConstraint(name: string): ShortConstraint | undefined {
  return BY_NAME.get(name)
}

/** How a constraint may change from link to link. One that is not abbreviated, `core:*` included, must stay equal. */
export function tighteningOf(constraintKey: string): Tightening {
  return BY_NAME.get(constraintKey)?.tightening ?? 'equal'
}
