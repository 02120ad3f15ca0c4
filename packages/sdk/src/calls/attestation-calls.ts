import { Caller } from '../caller.ts'
import type { CallOptions } from '../options.ts'
import type {
  Attestation,
  AttestationRecord,
  Checkpoint,
  ConsistencyProof,
  ExportAttestationsQuery,
  GateLogCheckpoint,
  GetConsistencyProofQuery,
  GetInclusionProofQuery,
  GetWorkspaceConsistencyProofQuery,
  GetWorkspaceInclusionProofQuery,
  InclusionProof,
  ListAttestationsQuery,
  ListWorkspaceAttestationsQuery,
  VerifyResult,
  WorkspaceCheckpoint,
  WorkspaceConsistencyProof,
  WorkspaceInclusionProof,
  WorkspaceLogCheckpoint,
  WorkspacePublic,
} from '../wire.ts'

/** Calls about the signed, chained records of decisions. */
export class AttestationCalls extends Caller {
  /** Lists a gate's attestations, newest first. */
  listAttestations(
    gateId: string,
    query?: ListAttestationsQuery,
    options?: CallOptions,
  ): Promise<Attestation[]> {
    return this.call('list_attestations', { params: { gate_id: gateId }, query }, options)
  }

  /** Like `listAttestations`, page after page. */
  iterAttestations(
    gateId: string,
    query?: ListAttestationsQuery,
    options?: CallOptions,
  ): AsyncGenerator<Attestation, void, undefined> {
    return this.iterate('list_attestations', { params: { gate_id: gateId }, query }, options)
  }

  /** Records an outcome that the gate's owner decided elsewhere. */
  recordAttestation(gateId: string, record: AttestationRecord, options?: CallOptions): Promise<Attestation> {
    return this.call('record_attestation', { params: { gate_id: gateId }, body: record }, options)
  }

  /** Lists the attestations of the whole workspace, newest first. */
  listWorkspaceAttestations(
    query?: ListWorkspaceAttestationsQuery,
    options?: CallOptions,
  ): Promise<Attestation[]> {
    return this.call('list_workspace_attestations', { query }, options)
  }

  /** Like `listWorkspaceAttestations`, page after page. */
  iterWorkspaceAttestations(
    query?: ListWorkspaceAttestationsQuery,
    options?: CallOptions,
  ): AsyncGenerator<Attestation, void, undefined> {
    return this.iterate('list_workspace_attestations', { query }, options)
  }

  getAttestation(attestationId: string, options?: CallOptions): Promise<Attestation> {
    return this.call('get_attestation', { params: { attestation_id: attestationId } }, options)
  }

  /** Lets the server verify the signature of an attestation and its place in the chain. */
  verifyAttestation(attestationId: string, options?: CallOptions): Promise<VerifyResult> {
    return this.call('verify_attestation', { params: { attestation_id: attestationId } }, options)
  }

  /** Streams attestations as JSON lines or CSV, oldest first within each chain. The call is made when the loop begins. */
  exportAttestations(
    query?: ExportAttestationsQuery,
    options?: CallOptions,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    return this.stream('export_attestations', { query }, options)
  }

  /** A signed statement of the last link of a gate's chain, so that a cut tail is noticed. Needs no key. */
  getGateCheckpoint(gateId: string, options?: CallOptions): Promise<Checkpoint> {
    return this.call('get_gate_checkpoint', { params: { gate_id: gateId } }, options)
  }

  /** The signed root of the tree over a gate's records, as a C2SP tlog-checkpoint. Needs no key. */
  getGateLogCheckpoint(gateId: string, options?: CallOptions): Promise<GateLogCheckpoint> {
    return this.call('get_gate_log_checkpoint', { params: { gate_id: gateId } }, options)
  }

  /** A proof that a record is in the tree over a gate's records. Needs no key. */
  getInclusionProof(
    gateId: string,
    query: GetInclusionProofQuery,
    options?: CallOptions,
  ): Promise<InclusionProof> {
    return this.call('get_inclusion_proof', { params: { gate_id: gateId }, query }, options)
  }

  /** A proof that the tree over a gate's records only grew since an earlier one. Needs no key. */
  getConsistencyProof(
    gateId: string,
    query: GetConsistencyProofQuery,
    options?: CallOptions,
  ): Promise<ConsistencyProof> {
    return this.call('get_consistency_proof', { params: { gate_id: gateId }, query }, options)
  }

  /** The keys that sign a workspace's records at no gate: what stands in them as `chain_id`. Needs no key. */
  getWorkspacePublic(workspaceId: string, options?: CallOptions): Promise<WorkspacePublic> {
    return this.call('get_workspace_public', { params: { workspace_id: workspaceId } }, options)
  }

  /** Like `getGateCheckpoint`, of a workspace's records at no gate. Needs no key. */
  getWorkspaceCheckpoint(workspaceId: string, options?: CallOptions): Promise<WorkspaceCheckpoint> {
    return this.call('get_workspace_checkpoint', { params: { workspace_id: workspaceId } }, options)
  }

  /** Like `getGateLogCheckpoint`, of a workspace's records at no gate. Needs no key. */
  getWorkspaceLogCheckpoint(workspaceId: string, options?: CallOptions): Promise<WorkspaceLogCheckpoint> {
    return this.call('get_workspace_log_checkpoint', { params: { workspace_id: workspaceId } }, options)
  }

  /** Like `getInclusionProof`, of a workspace's records at no gate. Needs no key. */
  getWorkspaceInclusionProof(
    workspaceId: string,
    query: GetWorkspaceInclusionProofQuery,
    options?: CallOptions,
  ): Promise<WorkspaceInclusionProof> {
    return this.call(
      'get_workspace_inclusion_proof',
      { params: { workspace_id: workspaceId }, query },
      options,
    )
  }

  /** Like `getConsistencyProof`, of a workspace's records at no gate. Needs no key. */
  getWorkspaceConsistencyProof(
    workspaceId: string,
    query: GetWorkspaceConsistencyProofQuery,
    options?: CallOptions,
  ): Promise<WorkspaceConsistencyProof> {
    return this.call(
      'get_workspace_consistency_proof',
      { params: { workspace_id: workspaceId }, query },
      options,
    )
  }
}
