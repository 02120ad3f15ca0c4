import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { consume } from '../services/consume.ts'
import type { Services } from '../services/services.ts'
import { settle } from '../services/settle.ts'
import { getSettlement, listSettlements, moveSettlement } from '../services/settlements.ts'
import { getSlaCompliance } from '../services/sla.ts'

export function commerceRoutes(api: Api, services: Services): void {
  mount(api, operations.issue_consumption_attestation, ({ caller, body, idempotency }) =>
    consume(services, caller, body, idempotency),
  )
  mount(
    api,
    operations.generate_settlement,
    ({ caller, body, idempotency }) => settle(services, caller, body, idempotency),
    { render: ({ settlement }) => settlement, status: ({ created }) => (created ? 201 : 200) },
  )
  mount(api, operations.list_settlements, ({ caller, query }) => listSettlements(services, caller, query))
  mount(api, operations.get_settlement, ({ caller, params }) =>
    getSettlement(services, caller, params.settlement_id),
  )
  mount(api, operations.update_settlement_status, ({ caller, params, body, idempotency }) =>
    moveSettlement(services, caller, params.settlement_id, body.status, idempotency),
  )
  mount(api, operations.get_sla_compliance, ({ caller, params, query }) =>
    getSlaCompliance(services, caller, params.gate_id, query),
  )
}
