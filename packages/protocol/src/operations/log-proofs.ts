import { GateParams } from '../schemas/gates.ts'
import {
  ConsistencyProof,
  ConsistencyProofQuery,
  GateLogCheckpoint,
  InclusionProof,
  InclusionProofQuery,
} from '../schemas/log-proofs.ts'
import { operation } from './operation.ts'

const resource = 'attestations'

export const getGateLogCheckpoint = operation('get_gate_log_checkpoint', {
  resource,
  summary: "Get the signed root of the tree over a gate's records, as a C2SP tlog-checkpoint.",
  access: 'public',
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  response: GateLogCheckpoint,
})

export const getInclusionProof = operation('get_inclusion_proof', {
  resource,
  summary: "Prove that a record is in the tree over a gate's records.",
  access: 'public',
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  query: InclusionProofQuery,
  response: InclusionProof,
})

export const getConsistencyProof = operation('get_consistency_proof', {
  resource,
  summary: "Prove that the tree over a gate's records only grew since an earlier one.",
  access: 'public',
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  query: ConsistencyProofQuery,
  response: ConsistencyProof,
})
