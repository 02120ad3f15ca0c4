import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { decodeCursor } from '../http/page.ts'
import * as issuers from '../services/issuers.ts'
import { rotateIssuerKey } from '../services/rotate-key.ts'
import type { Services } from '../services/services.ts'

export function issuerRoutes(api: Api, services: Services): void {
  mount(api, operations.list_issuers, ({ caller, query }) =>
    issuers.listIssuers(services, caller, query.limit ?? 1000, decodeCursor(query.cursor)),
  )
  mount(api, operations.create_issuer, ({ caller, body, idempotency }) =>
    issuers.createIssuer(services, caller, body, idempotency),
  )
  mount(api, operations.get_issuer, ({ caller, params }) =>
    issuers.getIssuer(services, caller, params.issuer_id),
  )
  mount(api, operations.update_issuer, ({ caller, params, body }) =>
    issuers.updateIssuer(services, caller, params.issuer_id, body),
  )
  mount(api, operations.delete_issuer, ({ caller, params }) =>
    issuers.revokeIssuer(services, caller, params.issuer_id),
  )
  mount(api, operations.rotate_issuer_key, ({ caller, params, body, idempotency }) =>
    rotateIssuerKey(services, caller, params.issuer_id, body, idempotency),
  )
}
