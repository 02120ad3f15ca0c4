import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { kindOf, spell } from '../http/render.ts'
import { TextStream } from '../http/text-stream.ts'
import * as attestations from '../services/attestations.ts'
import { exportAttestations } from '../services/export-attestations.ts'
import type { Services } from '../services/services.ts'
import { verifyAttestation as verify } from '../services/verify-attestation.ts'
import { listWorkspaceAttestations } from '../services/workspace-attestations.ts'
import { csvOf, jsonLinesOf } from './attestation-export.ts'

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
    operations.list_workspace_attestations,
    ({ caller, query }) =>
      listWorkspaceAttestations(services, caller, query, query.limit ?? 100, query.cursor),
    { render: (rows, version) => rows.map((row) => spell(kindOf(row.type), row, version)) },
  )
  mount(api, operations.export_attestations, async ({ caller, query, api_version: version }) => {
    const { format, ...filter } = query
    const pages = exportAttestations(services, caller, filter)
    return format === 'csv'
      ? new TextStream('text/csv; charset=utf-8', 'attestations.csv', csvOf(pages, version))
      : new TextStream('application/jsonl; charset=utf-8', 'attestations.jsonl', jsonLinesOf(pages, version))
  })
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
