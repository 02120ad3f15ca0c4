import { canonicalTarget } from './canonical-target.ts'
import { defineConstraint } from './constraint.ts'
import { globsCover, isTargetTouched, TargetGlobs } from './target-globs.ts'

/** Refuses targets that one of these globs matches, and targets that hide what they are. */
export const scopeTargetBlocklist = defineConstraint({
  key: 'core:scope:target_blocklist',
  sequence: 24,
  kind: 'limit',
  name: 'Blocked targets',
  description:
    'Blocks a target that one of these globs matches, as written or once dot segments and escapes are resolved; ' +
    'a glob without a host also matches the path of a URL. `*` stands for any run of characters.',
  value_type: 'list',
  unit: null,
  value: TargetGlobs,
  evaluate(limit, facts) {
    if (facts.target === undefined || facts.target === '') return { result: 'pass', limit }
    const target = canonicalTarget(facts.target)
    if (target === undefined) {
      return { result: 'block', reason: 'target_unreadable', limit, detail: 'the target is ambiguous' }
    }
    const requested = `${target.authority}${target.path}${target.rest}`
    if (!isTargetTouched(limit, target, facts.target)) return { result: 'pass', limit, requested }
    return {
      result: 'block',
      reason: 'target_blocked',
      limit,
      requested,
      detail: 'the target matches a blocked glob',
    }
  },
  narrows: (parent, child) => globsCover(child, parent),
})
