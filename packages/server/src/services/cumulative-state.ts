import {
  type ConstraintInstance,
  cumulativeState,
  fromEnvelopePermissions,
  prepareCounters,
  type SpendWindow,
} from '@modei/core'
import { type CumulativeState, parseEnvelope } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { type LiveFacts, type NeedPermits, NO_READS } from '../store/store.ts'
import { consult } from './consult.ts'
import { countActions } from './count-actions.ts'
import { findUsedPassport, type UsedPassport } from './find-used-passport.ts'
import type { Services } from './services.ts'
import { spendLimits, spendWindowStates, widestWindow, windowTypeOf } from './spend-windows.ts'

/** What a passport spent and did in the caller's workspace, in the windows of its limits. */
export async function getCumulativeState(
  services: Services,
  caller: Caller,
  passportId: string,
): Promise<CumulativeState> {
  const { store } = services
  const used = await findUsedPassport(services, caller, passportId)
  const { widest, since, ...state } = await consult<Told>(services, {
    workspace_id: caller.workspace_id,
    gate_id: null,
    ...NO_READS,
    passport_ids: used.issued === undefined ? [] : [used.issued.row.id],
    counter_keys: [used.counter_key],
    sequence_key: used.sequence_key,
    approval_id: null,
    nonce: null,
    ask: (facts) => tell(services, used, facts),
  })
  const numbered = await store.read
    .selectFrom('counters')
    .select(['sequence_number', 'last_attestation_id'])
    .where('workspace_id', '=', caller.workspace_id)
    .where('counter_key', '=', used.sequence_key)
    .executeTakeFirst()
  const windowType = windowTypeOf(widest)
  return {
    ...state,
    id: `${passportId}:${windowType}`,
    passport_id: passportId,
    window_type: windowType,
    // Rolling windows keep cents and no names, so what was done in one is counted from the log.
    action_counts:
      widest.kind === 'rolling'
        ? await countActions(store.scan, caller.workspace_id, used.counter_key, since)
        : state.action_counts,
    sequence_number: numbered?.sequence_number ?? 0,
    last_attestation_id: numbered?.last_attestation_id ?? null,
  }
}

type Told = Omit<
  CumulativeState,
  'id' | 'passport_id' | 'window_type' | 'sequence_number' | 'last_attestation_id'
> & {
  widest: SpendWindow
  /** From when on the log holds what the widest window counts, Unix milliseconds. */
  since: number
}

function tell({ instances: cache }: Services, used: UsedPassport, facts: LiveFacts): Told | NeedPermits {
  const counters = facts.counters(used.counter_key)
  const instances = limitsOf(cache, used, facts)
  const subject = { counter_key: used.counter_key, counters, instances }
  const needed = prepareCounters([subject], facts.now, (key) => facts.pastPermits(key))
  if (needed !== null) return { need: 'permits', ...needed }
  const limits = spendLimits(instances)
  const widest: SpendWindow = widestWindow(limits)
  const state = cumulativeState(
    counters,
    facts.now,
    limits.map(({ window }) => window),
  )
  const windows = spendWindowStates(counters, facts.now, limits)
  const told = windows.find(({ window_type }) => window_type === windowTypeOf(widest))
  const rollingSince = widest.kind === 'rolling' ? facts.now - widest.ms + 1 : 0
  return {
    widest,
    since: Math.max(rollingSince, counters.resets.all ?? 0),
    window_start: told?.window_start ?? null,
    cost_cumulative_cents: told?.cost_cumulative_cents ?? state.cost_cumulative_cents,
    action_counts: state.action_counts,
    rate_windows: state.rate_windows,
    windows,
  }
}

/** Every limit of a passport, whichever of its actions it applies to, each once. */
function limitsOf(
  cache: Services['instances'],
  { issued, registered_json: json }: UsedPassport,
  facts: LiveFacts,
): ConstraintInstance[] {
  const live = issued === undefined ? undefined : facts.passport(issued.row.id)
  if (issued !== undefined && live !== undefined) {
    return distinct(issued.permissions.flatMap((permission) => cache.of(issued, live, permission)))
  }
  const parsed = json === undefined ? undefined : parseEnvelope(json)
  if (parsed?.ok !== true) return []
  const { permissions } = parsed.envelope
  return distinct(
    permissions.flatMap(({ permission_key }) => fromEnvelopePermissions(permissions, permission_key)),
  )
}

function distinct(instances: readonly ConstraintInstance[]): ConstraintInstance[] {
  const byIdentity = new Map(
    instances.map((instance) => [
      JSON.stringify([instance.key, instance.scope, instance.value, instance.qualifiers]),
      instance,
    ]),
  )
  return [...byIdentity.values()]
}
