import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { registerPassport } from '../services/register-passport.ts'
import { selfRevoke } from '../services/self-revoke.ts'
import type { Services } from '../services/services.ts'

export function selfIssuedRoutes(api: Api, services: Services): void {
  mount(api, operations.register_passport, ({ body, address }) => registerPassport(services, body, address))
  mount(api, operations.revoke_self_issued_passport, ({ params, body }) =>
    selfRevoke(services, params.passport_id, body),
  )
}
