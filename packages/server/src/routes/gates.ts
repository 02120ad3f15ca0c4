import { operations } from '@modei/protocol'
import type { Api } from '../http/mount.ts'
import { mount } from '../http/mount.ts'
import { decodeCursor } from '../http/page.ts'
import { getGateRevocations } from '../services/gate-revocations.ts'
import * as gates from '../services/gates.ts'
import { rotateGateKey } from '../services/rotate-key.ts'
import type { Services } from '../services/services.ts'

export function gateRoutes(api: Api, services: Services): void {
  mount(api, operations.list_gates, ({ caller, query }) =>
    gates.listGates(services, caller, query.limit ?? 1000, decodeCursor(query.cursor)),
  )
  mount(api, operations.create_gate, ({ caller, body, idempotency }) =>
    gates.createGate(services, caller, { ...body, description: body.description ?? null }, idempotency),
  )
  mount(api, operations.get_gate, ({ caller, params }) => gates.getGate(services, caller, params.gate_id))
  mount(api, operations.update_gate, ({ caller, params, body }) =>
    gates.updateGate(services, caller, params.gate_id, body),
  )
  mount(api, operations.replace_gate, ({ caller, params, body }) =>
    gates.updateGate(services, caller, params.gate_id, body),
  )
  mount(api, operations.delete_gate, ({ caller, params }) =>
    gates.deleteGate(services, caller, params.gate_id),
  )
  mount(api, operations.rotate_gate_key, ({ caller, params, body, idempotency }) =>
    rotateGateKey(services, caller, params.gate_id, body, idempotency),
  )
  mount(api, operations.get_gate_public, ({ params }) => gates.getGatePublic(services, params.gate_id))
  mount(api, operations.get_gate_revocations, ({ params }) => getGateRevocations(services, params.gate_id), {
    etag: ({ signature }) => signature,
  })
}
