import type { DiscoveredGate, Discovery, DiscoveryResult } from '@modei/protocol'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../store/schema.ts'
import type { Services } from './services.ts'

export interface DiscoveryFilter {
  capability: string
  max_price_cents?: number | undefined
  min_uptime_bp?: number | undefined
  max_response_time_ms?: number | undefined
  pricing_model?: string | undefined
  sort?: 'price_asc' | 'price_desc' | 'uptime_desc' | 'response_asc' | undefined
  limit: number
  offset: number
}

/** Finds what the catalogs in effect of discoverable gates of live workspaces offer. Anybody may ask. */
export async function discover({ store }: Services, filter: DiscoveryFilter): Promise<Discovery> {
  const matching = offers(store.scan, filter, await store.now())
  const { total } = await matching
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const rows = await inOrder(matching, filter.sort)
    .select([
      'g.id as gate_id',
      'g.name as gate_name',
      'g.description as gate_description',
      'g.profile as security_profile',
      'v.version as catalog_version',
      'v.content_hash as catalog_content_hash',
      'v.signature as catalog_signature',
      'v.signing_key_id',
      'p.permission_key',
      'p.display_name',
      'p.description',
      'p.risk_level',
      'p.min_trust_level',
      'p.pricing_model',
      'p.price_cents',
      'p.currency',
      'p.uptime_basis_points',
      'p.response_time_ms',
      'p.platform_fee_basis_points',
    ])
    .limit(filter.limit)
    .offset(filter.offset)
    .execute()
  const { limit, offset } = filter
  return { results: rows, services: rows, gates: byGate(rows), total: Number(total), limit, offset }
}

function offers(db: Kysely<Database>, filter: DiscoveryFilter, now: number) {
  let query = db
    .selectFrom('gates as g')
    .innerJoin('workspaces as w', 'w.id', 'g.workspace_id')
    .innerJoin('catalog_versions as v', 'v.gate_id', 'g.id')
    .innerJoin('catalog_permissions as p', (join) =>
      join.onRef('p.gate_id', '=', 'v.gate_id').onRef('p.version', '=', 'v.version'),
    )
    .where('g.is_discoverable', '=', 1)
    .where('g.deleted_at', 'is', null)
    .where('w.mode', '=', 'live')
    .where('v.version', '=', ({ selectFrom }) =>
      selectFrom('catalog_versions as c')
        .select(({ fn }) => fn.max('c.version').as('current'))
        .whereRef('c.gate_id', '=', 'g.id')
        .where('c.effective_at', '<=', now),
    )
  const { capability } = filter
  if (capability.endsWith(':*')) {
    const prefix = capability.slice(0, -1)
    query = query.where(sql`substr(p.permission_key, 1, ${sql.lit(prefix.length)})`, '=', prefix)
  } else if (capability !== '*') {
    query = query.where('p.permission_key', '=', capability)
  }
  if (filter.max_price_cents !== undefined) {
    // What has no price costs nothing.
    query = query.where(({ fn, val }) => fn.coalesce('p.price_cents', val(0)), '<=', filter.max_price_cents)
  }
  if (filter.min_uptime_bp !== undefined)
    query = query.where('p.uptime_basis_points', '>=', filter.min_uptime_bp)
  if (filter.max_response_time_ms !== undefined)
    query = query.where('p.response_time_ms', '<=', filter.max_response_time_ms)
  if (filter.pricing_model !== undefined) query = query.where('p.pricing_model', '=', filter.pricing_model)
  return query
}

/** What was not said sorts last, but for a price: none is a price of nothing. The rest is by gate and permission. */
function inOrder(query: ReturnType<typeof offers>, sort: DiscoveryFilter['sort']) {
  return orderedBy(query, sort).orderBy('g.id').orderBy('p.permission_key')
}

function orderedBy(query: ReturnType<typeof offers>, sort: DiscoveryFilter['sort']) {
  const price = sql`coalesce(p.price_cents, 0)`
  switch (sort) {
    case undefined:
      return query
    case 'price_asc':
      return query.orderBy(price)
    case 'price_desc':
      return query.orderBy(price, 'desc')
    case 'uptime_desc':
      return query.orderBy(sql`p.uptime_basis_points is null`).orderBy('p.uptime_basis_points', 'desc')
    case 'response_asc':
      return query.orderBy(sql`p.response_time_ms is null`).orderBy('p.response_time_ms')
  }
}

/** The same page by gate, in order of first appearance. */
function byGate(rows: readonly (DiscoveryResult & { gate_description: string | null })[]): DiscoveredGate[] {
  const gates = new Map<string, DiscoveredGate>()
  for (const row of rows) {
    const known = gates.get(row.gate_id)
    if (known === undefined) {
      gates.set(row.gate_id, { ...row, description: row.gate_description, permissions: [row] })
    } else known.permissions.push(row)
  }
  return [...gates.values()]
}
