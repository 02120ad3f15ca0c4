import { z } from 'zod'
import {
  Attestation,
  AttestationExportQuery,
  AttestationRecord,
  Checkpoint,
  GateAttestationQuery,
  WorkspaceAttestationQuery,
} from '../schemas/attestations.ts'
import { AttestationParams, VerifyResult } from '../schemas/enforcement.ts'
import { GateParams } from '../schemas/gates.ts'
import { operation } from './operation.ts'

const resource = 'attestations'

export const listAttestations = operation('list_attestations', {
  resource,
  summary: "List a gate's attestations, newest first.",
  access: { scope: 'attestations:read' },
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  query: GateAttestationQuery,
  response: z.array(Attestation),
  paged: true,
})

export const recordAttestation = operation('record_attestation', {
  resource,
  summary: "Record an outcome that the gate's owner decided elsewhere.",
  access: { scope: 'attestations:write' },
  effect: 'write',
  retry: 'with_key',
  params: GateParams,
  body: AttestationRecord,
  status: 201,
  response: Attestation,
})

export const listWorkspaceAttestations = operation('list_workspace_attestations', {
  resource,
  summary: 'List the attestations of the whole workspace, newest first.',
  access: { scope: 'attestations:read' },
  effect: 'read',
  retry: 'safe',
  query: WorkspaceAttestationQuery,
  response: z.array(Attestation),
  paged: true,
})

export const getAttestation = operation('get_attestation', {
  resource,
  summary: 'Get one attestation.',
  access: { scope: 'attestations:read' },
  effect: 'read',
  retry: 'safe',
  params: AttestationParams,
  response: Attestation,
})

export const verifyAttestation = operation('verify_attestation', {
  resource,
  summary: 'Verify the signature and the place in the chain of one attestation.',
  access: { scope: 'attestations:read' },
  effect: 'read',
  retry: 'safe',
  params: AttestationParams,
  response: VerifyResult,
})

export const exportAttestations = operation('export_attestations', {
  resource,
  summary: 'Stream attestations, oldest first within each chain, as JSON lines or CSV.',
  access: { scope: 'attestations:read' },
  effect: 'read',
  retry: 'safe',
  query: AttestationExportQuery,
  response: z.string(),
  mediaTypes: ['application/jsonl', 'text/csv'],
})

export const getGateCheckpoint = operation('get_gate_checkpoint', {
  resource,
  summary: "Get a signed statement of the last link of a gate's chain, so that a cut tail is noticed.",
  access: 'public',
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  response: Checkpoint,
})
