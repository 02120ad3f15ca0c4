import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { decodeCursor } from '../http/page.ts'
import * as passports from '../services/passports.ts'
import { reissuePassport } from '../services/reissue-passport.ts'
import type { Services } from '../services/services.ts'

export function passportRoutes(api: Api, services: Services): void {
  mount(api, operations.list_passports, ({ caller, params, query }) =>
    passports.listPassports(
      services,
      caller,
      params.gate_id,
      query,
      query.limit ?? 1000,
      decodeCursor(query.cursor),
    ),
  )
  mount(api, operations.issue_passport, ({ caller, params, body, idempotency }) =>
    passports.issuePassport(services, caller, params.gate_id, body, idempotency),
  )
  mount(api, operations.get_passport, ({ caller, params }) =>
    passports.getPassport(services, caller, params.gate_id, params.passport_id),
  )
  mount(api, operations.revoke_passport, ({ caller, params }) =>
    passports.revokePassport(services, caller, params.gate_id, params.passport_id),
  )
  mount(api, operations.reissue_passport, ({ caller, params, body, idempotency }) =>
    reissuePassport(services, caller, params.passport_id, body, idempotency),
  )
}
