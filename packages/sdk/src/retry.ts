import type { operations } from '@modei/protocol/operations'
import { type RouteId, routes } from '@modei/protocol/routes'

/** Whether a repeat is harmless by itself, or needs an `Idempotency-Key` to be, or is never made. */
export type Retry = 'safe' | 'with_key' | 'never'

type UsualRetry<Id extends RouteId> = (typeof routes)[Id]['method'] extends 'POST' ? 'with_key' : 'safe'
type UnusualRetries = {
  [Id in RouteId as (typeof operations)[Id]['retry'] extends UsualRetry<Id>
    ? never
    : Id]: (typeof operations)[Id]['retry']
}

// The table of operations is known here by its types alone, for its values would bring a validator along.
// A row too many, too few or wrong does not compile.
const UNUSUAL: UnusualRetries = {
  verify_passport: 'safe',
  register_passport: 'safe',
  revoke_self_issued_passport: 'never',
  authorize_dry_run: 'safe',
  verify_enforcement_attestation: 'safe',
  send_supervision_heartbeat: 'safe',
  verify_attestation: 'safe',
  create_catalog: 'safe',
  analyze_catalog_impact: 'safe',
  send_agent_heartbeat: 'safe',
}
const UNUSUAL_BY_ID: ReadonlyMap<string, Retry> = new Map(Object.entries(UNUSUAL))

/** Whether, and how, a call may be repeated. */
export function retryOf(id: RouteId): Retry {
  return UNUSUAL_BY_ID.get(id) ?? (routes[id].method === 'POST' ? 'with_key' : 'safe')
}
