import { defineConstraint } from './constraint.ts'
import { HostPatterns, hostsCover, isHostListed } from './host-patterns.ts'
import { readTargetHost } from './target-host.ts'

/** Refuses every target that is not on one of these hosts. */
export const scopeDomainAllowlist = defineConstraint({
  key: 'core:scope:domain_allowlist',
  sequence: 23,
  kind: 'limit',
  name: 'Allowed domains',
  description:
    'Blocks a target whose host is none of these, or that has no host. `*.host` means every host below it, not itself.',
  value_type: 'list',
  unit: null,
  value: HostPatterns,
  evaluate(limit, facts) {
    const read = readTargetHost(facts.target)
    if (read.kind !== 'host') {
      return read.kind === 'none'
        ? {
            result: 'block',
            reason: 'target_missing',
            limit,
            detail: 'the action names no target with a host',
          }
        : {
            result: 'block',
            reason: 'target_unreadable',
            limit,
            detail: 'the host of the target is ambiguous',
          }
    }
    if (isHostListed(limit, read.host)) return { result: 'pass', limit, requested: read.host }
    return {
      result: 'block',
      reason: 'domain_not_allowed',
      limit,
      requested: read.host,
      detail: `\`${read.host}\` is none of the ${limit.length} allowed hosts`,
    }
  },
  narrows: hostsCover,
})
