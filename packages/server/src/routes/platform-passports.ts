import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { decodeCursor } from '../http/page.ts'
import * as passports from '../services/platform-passports.ts'
import type { Services } from '../services/services.ts'
import { submitPassport } from '../services/submit-passport.ts'
import { verifyPresented } from '../services/verify-presented.ts'

export function platformPassportRoutes(api: Api, services: Services): void {
  mount(api, operations.list_platform_passports, ({ caller, query }) =>
    passports.listPlatformPassports(services, caller, query, query.limit ?? 1000, decodeCursor(query.cursor)),
  )
  mount(api, operations.create_passport, ({ caller, body, idempotency }) =>
    'passport_json' in body
      ? submitPassport(services, caller, body, idempotency)
      : passports.issuePlatformPassport(services, caller, body, idempotency),
  )
  mount(api, operations.get_platform_passport, ({ caller, params }) =>
    passports.getAnyPassport(services, caller, params.passport_id),
  )
  mount(api, operations.revoke_platform_passport, ({ caller, params }) =>
    passports.revokeAnyPassport(services, caller, params.passport_id),
  )
  mount(api, operations.verify_passport, ({ caller, body }) => verifyPresented(services, caller, body))
}
