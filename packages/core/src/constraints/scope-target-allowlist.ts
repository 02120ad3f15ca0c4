import { canonicalTarget } from './canonical-target.ts'
import { defineConstraint } from './constraint.ts'
import { globsCover, isTargetListed, TargetGlobs } from './target-globs.ts'

/** Refuses every target that none of these globs matches. */
export const scopeTargetAllowlist = defineConstraint({
  key: 'core:scope:target_allowlist',
  sequence: 25,
  kind: 'limit',
  name: 'Allowed targets',
  description:
    'Blocks a target that none of these globs matches once dot segments and escapes are resolved, or an absent ' +
    'one. `*` stands for any run of characters; in the host of a URL it stays within the host.',
  value_type: 'list',
  unit: null,
  value: TargetGlobs,
  evaluate(limit, facts) {
    if (facts.target === undefined || facts.target === '') {
      return { result: 'block', reason: 'target_missing', limit, detail: 'the action names no target' }
    }
    const target = canonicalTarget(facts.target)
    if (target === undefined) {
      return { result: 'block', reason: 'target_unreadable', limit, detail: 'the target is ambiguous' }
    }
    const requested = `${target.authority}${target.path}${target.rest}`
    if (isTargetListed(limit, target)) return { result: 'pass', limit, requested }
    return {
      result: 'block',
      reason: 'target_not_allowed',
      limit,
      requested,
      detail: `the target matches none of the ${limit.length} allowed globs`,
    }
  },
  narrows: globsCover,
})
