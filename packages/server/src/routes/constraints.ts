import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { decodeCursor } from '../http/page.ts'
import { listConstraintHistory } from '../services/constraint-history.ts'
import * as templates from '../services/constraint-templates.ts'
import { listConstraintTypes } from '../services/constraint-types.ts'
import * as constraints from '../services/constraints.ts'
import { getCumulativeState } from '../services/cumulative-state.ts'
import { indexCursor } from '../services/paging.ts'
import { resetCumulativeState } from '../services/reset-state.ts'
import type { Services } from '../services/services.ts'

export function constraintRoutes(api: Api, services: Services): void {
  mount(api, operations.get_constraints, ({ caller, params }) =>
    constraints.getConstraints(services, caller, params.passport_id),
  )
  mount(api, operations.set_constraints, async ({ caller, params, body }) => ({
    updated: true as const,
    ...(await constraints.setConstraints(services, caller, params.passport_id, () => body)),
  }))
  mount(api, operations.list_constraint_history, ({ caller, params, query }) =>
    listConstraintHistory(services, caller, params.passport_id, query.limit ?? 100, query.cursor),
  )
  mount(api, operations.list_constraint_types, async ({ query }) =>
    listConstraintTypes(query.category, query.limit ?? 1000, indexCursor(query.cursor) ?? 0),
  )
  templateRoutes(api, services)
  mount(api, operations.get_cumulative_state, ({ caller, params }) =>
    getCumulativeState(services, caller, params.passport_id),
  )
  mount(api, operations.reset_cumulative_state, ({ caller, params, body, idempotency }) =>
    resetCumulativeState(services, caller, params.passport_id, body.window_type, idempotency),
  )
}

function templateRoutes(api: Api, services: Services): void {
  mount(api, operations.list_constraint_templates, ({ caller, query }) =>
    templates.listConstraintTemplates(
      services,
      caller,
      query.category,
      query.limit ?? 1000,
      decodeCursor(query.cursor),
    ),
  )
  mount(api, operations.create_constraint_template, ({ caller, body, idempotency }) =>
    templates.createConstraintTemplate(services, caller, body, idempotency),
  )
  mount(
    api,
    operations.apply_constraint_template,
    ({ caller, params, body, idempotency }) =>
      templates.applyConstraintTemplate(
        services,
        caller,
        params.passport_id,
        body.template_slug,
        idempotency,
      ),
    { render: (result) => ({ applied: true, ...result }) },
  )
}
