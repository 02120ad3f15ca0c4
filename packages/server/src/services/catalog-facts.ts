import type { CatalogFacts } from '@modei/core'
import { ModeiProblem } from '@modei/protocol'
import type { DecisionJob, LiveFacts } from '../store/store.ts'
import { type LoadedCatalog, versionInEffect } from './catalog-cache.ts'
import type { PresentedPassport } from './presented-passport.ts'
import type { Services } from './services.ts'

/** The catalog that judges an action, settled within the decision. Throws {@link CatalogOutdated}. */
export type CatalogLookup = (facts: LiveFacts) => CatalogFacts | null

/** What is remembered of a gate's catalog is not what the decision finds: it is read anew and decided again. */
export class CatalogOutdated extends Error {
  override readonly name = 'CatalogOutdated'
  readonly gate_id: string
  constructor(gateId: string) {
    super(`the catalog of ${gateId} moved on`)
    this.gate_id = gateId
  }
}

/**
 * Prepares to find the catalog that an action at a gate is judged by: the version that the passport is pinned to,
 * else the one in effect at the decision's time. `null` when the gate has none in effect.
 */
export async function findCatalog(
  { catalogs }: Services,
  gateId: string,
  { catalog_pin: pin }: Pick<PresentedPassport, 'catalog_pin'>,
  action: string,
): Promise<CatalogLookup> {
  if (pin !== null) {
    const pinned = pinnedFacts(await catalogs.find(gateId, pin.version), pin.version, action)
    return () => pinned
  }
  if (catalogs.timeline(gateId) === undefined) await catalogs.reload(gateId)
  return (facts) => {
    const timeline = catalogs.timeline(gateId)
    if (timeline === undefined || timeline.newest !== facts.gate(gateId)?.current_catalog_version) {
      throw new CatalogOutdated(gateId)
    }
    const version = versionInEffect(timeline, facts.now)
    if (version === undefined) return null
    const catalog = catalogs.version(gateId, version)
    if (catalog === undefined) throw new CatalogOutdated(gateId)
    return factsOf(catalog, action)
  }
}

const MAX_ATTEMPTS = 5

/** Runs a decision that looks up a catalog, again when a version was published or came into effect meanwhile. */
export function decideByCatalog<T>(services: Services, job: DecisionJob<T>): Promise<T> {
  return withCatalog(services, () => services.store.decide(job))
}

/** Runs what looks up a catalog, again when a version was published or came into effect meanwhile. */
export async function withCatalog<T>({ catalogs }: Services, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof CatalogOutdated)) throw error
      if (attempt === MAX_ATTEMPTS) {
        throw new ModeiProblem('unavailable', 'the catalog changes too often', {
          retryAfter: 1,
          cause: error,
        })
      }
      await catalogs.reload(error.gate_id)
    }
  }
}

function pinnedFacts(catalog: LoadedCatalog | undefined, version: number, action: string): CatalogFacts {
  return catalog === undefined ? { known: false, version } : factsOf(catalog, action)
}

function factsOf(catalog: LoadedCatalog, action: string): CatalogFacts {
  const { version, content_hash, entries } = catalog
  return { known: true, version, content_hash, entry: entries.get(action) ?? null }
}
