import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { spell } from '../http/render.ts'
import { listAnonymousLog } from '../services/anonymous-log.ts'
import * as policy from '../services/anonymous-policy.ts'
import type { Services } from '../services/services.ts'

export function anonymousRoutes(api: Api, services: Services): void {
  mount(api, operations.get_anonymous_policy, ({ caller, params }) =>
    policy.getAnonymousPolicy(services, caller, params.gate_id),
  )
  mount(api, operations.set_anonymous_policy, ({ caller, params, body }) =>
    policy.setAnonymousPolicy(services, caller, params.gate_id, body),
  )
  mount(
    api,
    operations.get_anonymous_log,
    ({ caller, params, query }) =>
      listAnonymousLog(services, caller, params.gate_id, query.limit ?? 100, query.cursor),
    { render: (rows, version) => rows.map((row) => spell('check', row, version)) },
  )
}
