import { WorkspaceCheckpoint } from '../schemas/attestations.ts'
import {
  ConsistencyProofQuery,
  InclusionProofQuery,
  WorkspaceConsistencyProof,
  WorkspaceInclusionProof,
  WorkspaceLogCheckpoint,
} from '../schemas/log-proofs.ts'
import { WorkspaceParams, WorkspacePublic } from '../schemas/workspaces.ts'
import { operation } from './operation.ts'

const reading = {
  resource: 'attestations',
  access: 'public',
  effect: 'read',
  retry: 'safe',
  params: WorkspaceParams,
} as const

export const getWorkspacePublic = operation('get_workspace_public', {
  ...reading,
  summary: "Get the public keys that sign a workspace's records at no gate.",
  response: WorkspacePublic,
})

export const getWorkspaceCheckpoint = operation('get_workspace_checkpoint', {
  ...reading,
  summary: "Get a signed statement of the last link of the chain of a workspace's records at no gate.",
  response: WorkspaceCheckpoint,
})

export const getWorkspaceLogCheckpoint = operation('get_workspace_log_checkpoint', {
  ...reading,
  summary:
    "Get the signed root of the tree over a workspace's records at no gate, as a C2SP tlog-checkpoint.",
  response: WorkspaceLogCheckpoint,
})

export const getWorkspaceInclusionProof = operation('get_workspace_inclusion_proof', {
  ...reading,
  summary: "Prove that a record is in the tree over a workspace's records at no gate.",
  query: InclusionProofQuery,
  response: WorkspaceInclusionProof,
})

export const getWorkspaceConsistencyProof = operation('get_workspace_consistency_proof', {
  ...reading,
  summary: "Prove that the tree over a workspace's records at no gate only grew since an earlier one.",
  query: ConsistencyProofQuery,
  response: WorkspaceConsistencyProof,
})
