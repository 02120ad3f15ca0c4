import { defineConstraint } from './constraint.ts'
import { HostPatterns, hostsCover, isHostListed } from './host-patterns.ts'
import { readTargetHost } from './target-host.ts'

/** Refuses targets on these hosts, and targets that hide their host. */
export const scopeDomainBlocklist = defineConstraint({
  key: 'core:scope:domain_blocklist',
  sequence: 22,
  kind: 'limit',
  name: 'Blocked domains',
  description: 'Blocks a target whose host is one of these. `*.host` means every host below it, not itself.',
  value_type: 'list',
  unit: null,
  value: HostPatterns,
  evaluate(limit, facts) {
    const read = readTargetHost(facts.target)
    if (read.kind === 'none') return { result: 'pass', limit }
    if (read.kind === 'unreadable') {
      return {
        result: 'block',
        reason: 'target_unreadable',
        limit,
        detail: 'the host of the target is ambiguous',
      }
    }
    if (!isHostListed(limit, read.host)) return { result: 'pass', limit, requested: read.host }
    return {
      result: 'block',
      reason: 'domain_blocked',
      limit,
      requested: read.host,
      detail: `\`${read.host}\` is a blocked host`,
    }
  },
  narrows: (parent, child) => hostsCover(child, parent),
})
