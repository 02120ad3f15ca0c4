import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { kindOf, spell } from '../http/render.ts'
import * as attestations from '../services/attestations.ts'
import type { Services } from '../services/services.ts'
import { verifyAttestation as verify } from '../services/verify-attestation.ts'

export function attestationRoutes(api: Api, services: Services): void {
  mount(
    api,
    operations.list_attestations,
    ({ caller, params, query }) =>
      attestations.listGateAttestations(
        services,
        caller,
        params.gate_id,
        query,
        query.limit ?? 100,
        query.cursor,
      ),
    { render: (rows, version) => rows.map((row) => spell(kindOf(row.type), row, version)) },
  )
  mount(
    api,
    operations.record_attestation,
    ({ caller, params, body, idempotency }) =>
      attestations.recordAttestation(services, caller, params.gate_id, body, idempotency),
    { render: (row, version) => spell(kindOf(row.type), row, version) },
  )
  mount(
    api,
    operations.get_attestation,
    ({ caller, params }) => attestations.getAttestation(services, caller, params.attestation_id),
    { render: (row, version) => spell(kindOf(row.type), row, version) },
  )
  mount(api, operations.verify_attestation, ({ caller, params }) =>
    verify(services, caller, params.attestation_id),
  )
}
