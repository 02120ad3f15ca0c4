import { Caller } from '../caller.ts'
import type { CallOptions } from '../options.ts'
import type {
  CatalogCreate,
  CatalogDraft,
  CatalogImpact,
  CatalogPublish,
  CatalogSaved,
  CatalogVersion,
  PageQuery,
  PublishedCatalog,
  PublishResult,
} from '../wire.ts'

/** Calls about a gate's list of permissions. */
export class CatalogCalls extends Caller {
  /** The draft of a gate's catalog. */
  getCatalog(gateId: string, options?: CallOptions): Promise<CatalogDraft> {
    return this.call('get_catalog', { params: { gate_id: gateId } }, options)
  }

  /** Replaces the draft of a gate's catalog. */
  createCatalog(gateId: string, catalog: CatalogCreate, options?: CallOptions): Promise<CatalogSaved> {
    return this.call('create_catalog', { params: { gate_id: gateId }, body: catalog }, options)
  }

  /** Publishes the draft as a signed version that never changes. */
  publishCatalog(gateId: string, body?: CatalogPublish, options?: CallOptions): Promise<PublishResult> {
    return this.call('publish_catalog', { params: { gate_id: gateId }, body }, options)
  }

  /** Lists the published versions without their content, newest first. Needs no key. */
  listCatalogVersions(gateId: string, query?: PageQuery, options?: CallOptions): Promise<CatalogVersion[]> {
    return this.call('list_catalog_versions', { params: { gate_id: gateId }, query }, options)
  }

  /** Like `listCatalogVersions`, page after page. */
  iterCatalogVersions(
    gateId: string,
    query?: PageQuery,
    options?: CallOptions,
  ): AsyncGenerator<CatalogVersion, void, undefined> {
    return this.iterate('list_catalog_versions', { params: { gate_id: gateId }, query }, options)
  }

  /** One published version. Needs no key. */
  getCatalogVersion(gateId: string, version: number, options?: CallOptions): Promise<PublishedCatalog> {
    return this.call('get_catalog_version', { params: { gate_id: gateId, version } }, options)
  }

  /** What publishing the draft would change, and for which passports. */
  getCatalogImpact(gateId: string, options?: CallOptions): Promise<CatalogImpact> {
    return this.call('get_catalog_impact', { params: { gate_id: gateId } }, options)
  }

  /** The same as `getCatalogImpact`, for callers who say POST. */
  analyzeCatalogImpact(gateId: string, options?: CallOptions): Promise<CatalogImpact> {
    return this.call('analyze_catalog_impact', { params: { gate_id: gateId } }, options)
  }
}
