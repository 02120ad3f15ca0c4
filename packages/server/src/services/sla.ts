import { type OutcomeCounts, uptimeBasisPoints } from '@modei/core'
import {
  ModeiProblem,
  parseDate,
  parseTimestamp,
  type SlaComplianceReport,
  type SlaMetric,
} from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { versionInEffect } from './catalog-cache.ts'
import { findOwnGate } from './gates.ts'
import type { Services } from './services.ts'

export interface SlaQuery {
  period_start: string
  period_end: string
  permission_key?: string | undefined
}

const DAY_MS = 86_400_000

/** How the calls of a period ended, against the uptime that the catalog in effect promises. */
export async function getSlaCompliance(
  services: Services,
  caller: Caller,
  gateId: string,
  query: SlaQuery,
): Promise<SlaComplianceReport> {
  const gate = await findOwnGate(services.store.read, caller.workspace_id, gateId)
  const counts = await countOutcomes(services, gate.id, query)
  const promises = await promisedUptimes(services, gate.id)
  const wanted = query.permission_key
  const keys = wanted === undefined ? [...counts.keys()].sort() : [wanted]
  const metrics = keys.map((key) => metricOf(key, counts.get(key) ?? NONE, promises.get(key) ?? null))
  const overall = keys.reduce((sum, key) => add(sum, counts.get(key) ?? NONE), NONE)
  return {
    gate_id: gate.id,
    period_start: query.period_start,
    period_end: query.period_end,
    metrics,
    overall_uptime_bp: uptimeBasisPoints(overall),
    overall_compliant: metrics.every(({ compliant }) => compliant),
  }
}

const NONE: OutcomeCounts = { success: 0, error: 0, timeout: 0, partial: 0 }

function add(a: OutcomeCounts, b: OutcomeCounts): OutcomeCounts {
  return {
    success: a.success + b.success,
    error: a.error + b.error,
    timeout: a.timeout + b.timeout,
    partial: a.partial + b.partial,
  }
}

function metricOf(key: string, counts: OutcomeCounts, promised: number | null): SlaMetric {
  const uptime = uptimeBasisPoints(counts)
  return {
    permission_key: key,
    total_requests: counts.success + counts.error + counts.timeout + counts.partial,
    success_count: counts.success,
    error_count: counts.error,
    timeout_count: counts.timeout,
    partial_count: counts.partial,
    uptime_basis_points: uptime,
    sla_uptime_bp: promised,
    compliant: promised === null || uptime >= promised,
  }
}

/** A day counts from its start as the beginning, and to its end as the end. */
function bound(text: string, isEnd: boolean): number {
  const day = parseDate(text)
  if (day !== undefined) return isEnd ? day + DAY_MS : day
  const at = parseTimestamp(text)
  if (at === undefined) throw new ModeiProblem('request_invalid', `\`${text}\` is not a time`)
  return at
}

async function countOutcomes(
  { store }: Services,
  gateId: string,
  query: SlaQuery,
): Promise<Map<string, OutcomeCounts>> {
  const from = bound(query.period_start, false)
  const until = bound(query.period_end, true)
  if (until <= from) {
    throw new ModeiProblem('request_invalid', '`period_end` is before `period_start`', {
      errors: [{ pointer: '/query/period_end', message: 'is before the start' }],
    })
  }
  // One statement: records that are removed meanwhile are counted once, here or there.
  const rows = await store.scan
    .selectFrom('attestations')
    .select(['action', 'reason_code', ({ fn }) => fn.countAll().as('count')])
    .where('chain_id', '=', gateId)
    .where('type', '=', 'consumption')
    .where('created_at', '>=', from)
    .where('created_at', '<', until)
    .groupBy(['action', 'reason_code'])
    .unionAll(
      store.scan
        .selectFrom('removed_outcomes')
        .select(['action', 'outcome as reason_code', ({ fn }) => fn.countAll().as('count')])
        .where('chain_id', '=', gateId)
        .where('at', '>=', from)
        .where('at', '<', until)
        .groupBy(['action', 'outcome']),
    )
    .execute()
  const counts = new Map<string, OutcomeCounts>()
  for (const { action, reason_code: outcome, count } of rows) {
    if (action === null || outcome === null || !isOutcome(outcome)) continue
    const known = counts.get(action) ?? NONE
    counts.set(action, { ...known, [outcome]: known[outcome] + Number(count) })
  }
  return counts
}

function isOutcome(word: string): word is keyof OutcomeCounts {
  return Object.hasOwn(NONE, word)
}

async function promisedUptimes({ catalogs, store }: Services, gateId: string): Promise<Map<string, number>> {
  const version = versionInEffect(await catalogs.reload(gateId), await store.now())
  const catalog = version === undefined ? undefined : await catalogs.find(gateId, version)
  const promises = new Map<string, number>()
  for (const [key, { constraints }] of catalog?.entries ?? []) {
    const promised = constraints['core:sla:uptime_basis_points']
    if (typeof promised === 'number') promises.set(key, promised)
  }
  return promises
}
