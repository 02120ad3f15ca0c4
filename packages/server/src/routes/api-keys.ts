import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { decodeCursor } from '../http/page.ts'
import * as apiKeys from '../services/api-keys.ts'
import type { Services } from '../services/services.ts'

export function apiKeyRoutes(api: Api, services: Services): void {
  mount(api, operations.list_api_keys, ({ caller, query }) =>
    apiKeys.listApiKeys(services, caller, query.limit ?? 1000, decodeCursor(query.cursor)),
  )
  mount(api, operations.create_api_key, ({ caller, body, idempotency }) =>
    apiKeys.createApiKey(services, caller, body, idempotency),
  )
  mount(api, operations.revoke_api_key, ({ caller, params }) =>
    apiKeys.revokeApiKey(services, caller, params.key_id),
  )
}
