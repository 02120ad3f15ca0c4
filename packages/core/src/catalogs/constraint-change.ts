import { findConstraintType } from '../constraints/index.ts'
import {
  CUMULATIVE_WINDOW,
  DEFAULT_TIMEZONE,
  DEFAULT_WINDOW,
  WINDOW_TIMEZONE,
} from '../constraints/qualifiers.ts'
import { pricingOf } from './pricing.ts'

export type ConstraintChangeType = 'price_changed' | 'sla_changed' | 'fee_changed' | 'limit_changed'

type Constraints = Readonly<Record<string, unknown>>

interface Rule {
  type: ConstraintChangeType
  /** Whether a holder is worse off. `undefined` stands for a value that is not there. */
  isWorse(old: unknown, next: unknown, oldAll: Constraints, nextAll: Constraints): boolean
}

/** Absent means none of it. Written so that what is no number is worse. */
function isHigher(old: unknown, next: unknown): boolean {
  return !(numberOf(next ?? 0) <= numberOf(old ?? 0))
}

/** HAZARD: a conversion calls what an object names `toString` and `valueOf`, and throws for `{"toString":{}}`. */
function numberOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? Number.NaN : Number(value)
}

/** Absent means nothing is promised, so taking a promise back is worse. */
function isWeakerPromise(better: (next: number, old: number) => boolean) {
  return (old: unknown, next: unknown): boolean =>
    old !== undefined && (next === undefined || !better(numberOf(next), numberOf(old)))
}

const isSlower = isWeakerPromise((next, old) => next <= old)
const isLessAvailable = isWeakerPromise((next, old) => next >= old)

/** Two ways of being paid do not compare, so moving from one to another is for the holder to accept. */
function isOtherModel(_old: unknown, _next: unknown, oldAll: Constraints, nextAll: Constraints): boolean {
  const before = pricingOf(oldAll)
  const after = pricingOf(nextAll)
  return before !== null && after !== null && before.model !== after.model
}

function isOtherCurrency(_old: unknown, _next: unknown, oldAll: Constraints, nextAll: Constraints): boolean {
  const before = pricingOf(oldAll)
  const after = pricingOf(nextAll)
  return before !== null && after !== null && before.currency !== after.currency
}

const price = (isWorse: Rule['isWorse']): Rule => ({ type: 'price_changed', isWorse })
const sla = (isWorse: Rule['isWorse']): Rule => ({ type: 'sla_changed', isWorse })

const TERM_RULES: ReadonlyMap<string, Rule> = new Map([
  ['core:pricing:model', price(isOtherModel)],
  ['core:pricing:per_call_cents', price(isHigher)],
  ['core:pricing:per_minute_cents', price(isHigher)],
  ['core:pricing:subscription_cents', price(isHigher)],
  ['core:pricing:currency', price(isOtherCurrency)],
  ['core:pricing:free_tier_calls', price((old, next) => isHigher(next, old))],
  ['core:sla:uptime_basis_points', sla(isLessAvailable)],
  ['core:sla:response_time_ms', sla(isSlower)],
  ['core:sla:p99_response_ms', sla(isSlower)],
  ['core:sla:guaranteed_response_ms', sla(isSlower)],
  ['core:platform_fee:basis_points', { type: 'fee_changed', isWorse: isHigher }],
  // Who receives the fee changes nothing for who pays it.
  ['core:platform_fee:recipient', { type: 'fee_changed', isWorse: () => false }],
])

/** Whether a change of one constraint leaves the holder worse off. What is not known or cannot be compared does. */
export function judgeConstraintChange(
  key: string,
  oldAll: Constraints,
  nextAll: Constraints,
): { type: ConstraintChangeType; breaking: boolean } {
  const rule = TERM_RULES.get(key) ?? limitRule(key)
  const of = (all: Constraints) => (Object.hasOwn(all, key) ? all[key] : undefined)
  return { type: rule.type, breaking: rule.isWorse(of(oldAll), of(nextAll), oldAll, nextAll) }
}

/** What a limit on spend counts by when nothing is said. */
const IMPLIED: ReadonlyMap<string, unknown> = new Map([
  [CUMULATIVE_WINDOW, DEFAULT_WINDOW],
  [WINDOW_TIMEZONE, DEFAULT_TIMEZONE],
])

/** Loosened when whoever kept to the old limit keeps to the new one. */
function limitRule(key: string): Rule {
  const type = findConstraintType(key)
  const implied = IMPLIED.get(key)
  return {
    type: 'limit_changed',
    isWorse(oldValue, nextValue) {
      const old = oldValue ?? implied
      const next = nextValue ?? implied
      // A flag that is off limits nothing.
      if (next === undefined || next === false) return false
      return old === undefined || type?.narrows(next, old) !== true
    },
  }
}
