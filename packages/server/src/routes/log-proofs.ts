import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { getConsistencyProof, getGateLogCheckpoint, getInclusionProof } from '../services/log-proofs.ts'
import type { Services } from '../services/services.ts'

export function logProofRoutes(api: Api, services: Services): void {
  mount(api, operations.get_gate_log_checkpoint, ({ params }) =>
    getGateLogCheckpoint(services, params.gate_id),
  )
  mount(api, operations.get_inclusion_proof, ({ params, query }) =>
    getInclusionProof(services, params.gate_id, query),
  )
  mount(api, operations.get_consistency_proof, ({ params, query }) =>
    getConsistencyProof(services, params.gate_id, query),
  )
}
