import { type CatalogEntry, readSnapshot } from '@modei/core'
import type { Kysely } from 'kysely'
import { NewestMap } from '../newest-map.ts'
import type { Database } from '../store/schema.ts'
import type { Store } from '../store/store.ts'

/** A published version, read and checked against its hash once. */
export interface LoadedCatalog {
  version: number
  content_hash: string
  entries: ReadonlyMap<string, CatalogEntry>
}

/** What a gate offers from now on. */
export interface CatalogTimeline {
  /** The newest published version; 0 before the first. By this number a reader notices that the rest is out of date. */
  newest: number
  /** Ascending by version: what is in effect, then what is to come. */
  offers: readonly { version: number; effective_at: number }[]
}

const MAX_GATES = 50_000
const MAX_PERMISSIONS = 500_000

/**
 * Published versions and the timelines of gates. Versions never change; a timeline is compared with the gate's row
 * within each decision that depends on it.
 */
export class CatalogCache {
  readonly #store: Store
  readonly #timelines = new NewestMap<CatalogTimeline>(MAX_GATES)
  readonly #versions = new Map<string, LoadedCatalog>()
  #permissions = 0

  constructor(store: Store) {
    this.#store = store
  }

  /** A gate's timeline as it was last read. */
  timeline(gateId: string): CatalogTimeline | undefined {
    return this.#timelines.get(gateId)
  }

  /** A version that was read before. */
  version(gateId: string, version: number): LoadedCatalog | undefined {
    return this.#versions.get(`${gateId} ${version}`)
  }

  /** Reads a version; `undefined` when the gate published none of that number. */
  async find(
    gateId: string,
    version: number,
    db: Kysely<Database> = this.#store.read,
  ): Promise<LoadedCatalog | undefined> {
    const known = this.version(gateId, version)
    if (known !== undefined) return known
    const row = await db
      .selectFrom('catalog_versions')
      .select(['snapshot_json', 'content_hash'])
      .where('gate_id', '=', gateId)
      .where('version', '=', version)
      .executeTakeFirst()
    if (row === undefined) return undefined
    const { permissions } = readSnapshot(row.snapshot_json, row.content_hash)
    const entries = new Map(permissions.map((permission) => [permission.permission_key, permission]))
    const loaded: LoadedCatalog = { version, content_hash: row.content_hash, entries }
    this.#remember(`${gateId} ${version}`, loaded)
    return loaded
  }

  /** Reads a gate's timeline and the version that is in effect. */
  async reload(gateId: string): Promise<CatalogTimeline> {
    const now = await this.#store.now()
    const rows = await this.#store.read
      .selectFrom('catalog_versions')
      .select(['version', 'effective_at'])
      .where('gate_id', '=', gateId)
      .where('version', '>=', ({ selectFrom }) =>
        selectFrom('catalog_versions as c')
          .select(({ fn, val }) => fn.coalesce(fn.max('c.version'), val(0)).as('current'))
          .where('c.gate_id', '=', gateId)
          .where('c.effective_at', '<=', now),
      )
      .orderBy('version')
      .execute()
    // What is in effect stays so: a clock that goes back a little does not leave the gate without a catalog.
    const offers = rows.map((row) => (row.effective_at <= now ? { ...row, effective_at: 0 } : row))
    const timeline = { newest: rows.at(-1)?.version ?? 0, offers }
    const current = versionInEffect(timeline, now)
    if (current !== undefined) await this.find(gateId, current)
    this.#timelines.set(gateId, timeline)
    return timeline
  }

  #remember(key: string, catalog: LoadedCatalog): void {
    if (this.#versions.has(key)) return
    this.#permissions += catalog.entries.size
    for (const [oldest, { entries }] of this.#versions) {
      if (this.#permissions <= MAX_PERMISSIONS) break
      this.#versions.delete(oldest)
      this.#permissions -= entries.size
    }
    this.#versions.set(key, catalog)
  }
}

/** The highest version whose time has come: a later publish replaces an earlier one, in effect or not. */
export function versionInEffect({ offers }: CatalogTimeline, now: number): number | undefined {
  return offers.findLast(({ effective_at }) => effective_at <= now)?.version
}
