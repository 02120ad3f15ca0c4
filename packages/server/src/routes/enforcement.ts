import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { spell } from '../http/render.ts'
import { enforceAction as enforce } from '../services/enforce-action.ts'
import * as enforcement from '../services/enforcement.ts'
import type { Services } from '../services/services.ts'
import { verifyAttestation } from '../services/verify-attestation.ts'

export function enforcementRoutes(api: Api, services: Services): void {
  mount(
    api,
    operations.enforce_action,
    ({ caller, body, idempotency }) => enforce(services, caller, body, idempotency),
    {
      render: (result, version) => spell('enforce', result, version),
    },
  )
  mount(
    api,
    operations.list_enforcement_attestations,
    ({ caller, params, query }) =>
      enforcement.listEnforcements(
        services,
        caller,
        params.passport_id,
        query.decision,
        query.limit ?? 100,
        query.cursor,
      ),
    { render: (rows, version) => rows.map((row) => spell('enforce', row, version)) },
  )
  mount(
    api,
    operations.get_enforcement_attestation,
    ({ caller, params }) => enforcement.getEnforcement(services, caller, params.attestation_id),
    { render: (row, version) => spell('enforce', row, version) },
  )
  mount(api, operations.verify_enforcement_attestation, ({ caller, params }) =>
    verifyAttestation(services, caller, params.attestation_id),
  )
}
