import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { getCheckpoint } from '../services/checkpoints.ts'
import { getConsistencyProof, getInclusionProof, getLogCheckpoint } from '../services/log-proofs.ts'
import type { Services } from '../services/services.ts'
import { getWorkspacePublic } from '../services/workspaces.ts'

export function logProofRoutes(api: Api, services: Services): void {
  mount(api, operations.get_gate_checkpoint, ({ params }) => getCheckpoint(services, params))
  mount(api, operations.get_gate_log_checkpoint, ({ params }) => getLogCheckpoint(services, params))
  mount(api, operations.get_inclusion_proof, ({ params, query }) =>
    getInclusionProof(services, params, query),
  )
  mount(api, operations.get_consistency_proof, ({ params, query }) =>
    getConsistencyProof(services, params, query),
  )
  mount(api, operations.get_workspace_public, ({ params }) => getWorkspacePublic(services, params))
  mount(api, operations.get_workspace_checkpoint, ({ params }) => getCheckpoint(services, params))
  mount(api, operations.get_workspace_log_checkpoint, ({ params }) => getLogCheckpoint(services, params))
  mount(api, operations.get_workspace_inclusion_proof, ({ params, query }) =>
    getInclusionProof(services, params, query),
  )
  mount(api, operations.get_workspace_consistency_proof, ({ params, query }) =>
    getConsistencyProof(services, params, query),
  )
}
