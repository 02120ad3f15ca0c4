import { z } from 'zod'
import { Count, queryInteger } from './common.ts'

const Hash = z.string().describe('Base64 SHA-256')
const Proof = z.array(Hash).describe('Hashes as RFC 6962 orders them')
const size = () => queryInteger(0, Number.MAX_SAFE_INTEGER)

const root = {
  origin: z.string().describe('Name of the log, and of its keys in signature lines. It never changes'),
  tree_size: Count.describe('How many records the tree is over'),
  root_hash: Hash,
  note: z.string().describe('The signed note: a C2SP tlog-checkpoint, exactly as it is to be verified'),
  public_key: z.string().describe('Base64 Ed25519 key of the signer'),
  signing_key_id: z.string(),
}

export const GateLogCheckpoint = z.object({ gate_id: z.string(), ...root }).meta({ id: 'GateLogCheckpoint' })
export type GateLogCheckpoint = z.infer<typeof GateLogCheckpoint>

export const WorkspaceLogCheckpoint = z
  .object({ workspace_id: z.string(), ...root })
  .meta({ id: 'WorkspaceLogCheckpoint' })
export type WorkspaceLogCheckpoint = z.infer<typeof WorkspaceLogCheckpoint>

export const InclusionProofQuery = z.strictObject({
  chain_index: queryInteger(1, Number.MAX_SAFE_INTEGER).describe(
    'Position of the record in the chain, from 1',
  ),
  tree_size: size().optional().describe('Of the tree to prove it in; all records when it is left out'),
})

const inclusion = {
  chain_index: Count,
  leaf_index: Count.describe('Position in the tree, from 0'),
  leaf_hash: Hash,
  tree_size: Count,
  root_hash: Hash.describe('What the proof leads to. Compare it with a checkpoint that you verified'),
  proof: Proof,
}

export const InclusionProof = z.object({ gate_id: z.string(), ...inclusion }).meta({ id: 'InclusionProof' })
export type InclusionProof = z.infer<typeof InclusionProof>

export const WorkspaceInclusionProof = z
  .object({ workspace_id: z.string(), ...inclusion })
  .meta({ id: 'WorkspaceInclusionProof' })
export type WorkspaceInclusionProof = z.infer<typeof WorkspaceInclusionProof>

export const ConsistencyProofQuery = z.strictObject({
  old_size: size().describe('Size of the earlier tree'),
  tree_size: size().optional().describe('Size of the later one; all records when it is left out'),
})

const consistency = {
  old_size: Count,
  old_root_hash: Hash,
  tree_size: Count,
  root_hash: Hash,
  proof: Proof,
}

export const ConsistencyProof = z
  .object({ gate_id: z.string(), ...consistency })
  .meta({ id: 'ConsistencyProof' })
export type ConsistencyProof = z.infer<typeof ConsistencyProof>

export const WorkspaceConsistencyProof = z
  .object({ workspace_id: z.string(), ...consistency })
  .meta({ id: 'WorkspaceConsistencyProof' })
export type WorkspaceConsistencyProof = z.infer<typeof WorkspaceConsistencyProof>
