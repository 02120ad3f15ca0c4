import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { discover } from '../services/discover.ts'
import type { Services } from '../services/services.ts'

export function discoveryRoutes(api: Api, services: Services): void {
  mount(api, operations.discover_services, ({ query }) => discover(services, query), {
    headers: () => ({ 'cache-control': 'public, max-age=60' }),
  })
}
