import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import * as drafts from '../services/catalog-draft.ts'
import { catalogImpact } from '../services/catalog-impact.ts'
import * as versions from '../services/catalog-versions.ts'
import { publishCatalog } from '../services/publish-catalog.ts'
import type { Services } from '../services/services.ts'

export function catalogRoutes(api: Api, services: Services): void {
  mount(api, operations.get_catalog, ({ caller, params }) =>
    drafts.getCatalogDraft(services, caller, params.gate_id),
  )
  mount(api, operations.create_catalog, ({ caller, params, body, idempotency }) =>
    drafts.replaceCatalogDraft(services, caller, params.gate_id, body, idempotency),
  )
  mount(api, operations.publish_catalog, ({ caller, params, body, idempotency }) =>
    publishCatalog(services, caller, params.gate_id, body, idempotency),
  )
  mount(api, operations.list_catalog_versions, ({ params, query }) =>
    versions.listCatalogVersions(services, params.gate_id, query.limit ?? 1000, query.cursor),
  )
  mount(api, operations.get_catalog_version, ({ params }) =>
    versions.getCatalogVersion(services, params.gate_id, params.version),
  )
  mount(api, operations.get_catalog_impact, ({ caller, params }) =>
    catalogImpact(services, caller, params.gate_id),
  )
  mount(api, operations.analyze_catalog_impact, ({ caller, params }) =>
    catalogImpact(services, caller, params.gate_id),
  )
}
