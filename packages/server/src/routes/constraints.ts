import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import * as constraints from '../services/constraints.ts'
import type { Services } from '../services/services.ts'

export function constraintRoutes(api: Api, services: Services): void {
  mount(api, operations.get_constraints, ({ caller, params }) =>
    constraints.getConstraints(services, caller, params.passport_id),
  )
  mount(api, operations.set_constraints, async ({ caller, params, body }) => ({
    updated: true as const,
    ...(await constraints.setConstraints(services, caller, params.passport_id, () => body)),
  }))
}
