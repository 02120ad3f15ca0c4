import type { ConsistencyProof, GatePublic, ModeiClient, WorkspacePublic } from 'modei'
import { UsageError } from '../exit-codes.ts'

/** How a command says whose log it is about. */
export interface LogFlags {
  gate?: string
  workspace?: string
}

/** What a server tells about the log that is audited: a gate's, or that of a workspace's records at no gate. */
export interface AuditedLog {
  id: string
  /** Its records and no others, for an export. */
  filter: { gate_id: string } | { chain_id: string }
  getPublic(): Promise<GatePublic | WorkspacePublic>
  /** The signed last link. */
  getCheckpoint(): Promise<unknown>
  /** The signed root. */
  getRoot(): Promise<{ note: string }>
  getConsistency(sizes: { old_size: number; tree_size: number }): Promise<Pick<ConsistencyProof, 'proof'>>
}

export const WORKSPACE_FLAG = [
  '--workspace <id>',
  'that of a workspace’s records at no gate instead (`chain_id` in them)',
] as const

/** @throws {UsageError} unless exactly one log is named */
export function auditedLog(client: ModeiClient, { gate, workspace }: LogFlags): AuditedLog {
  if (gate !== undefined && workspace === undefined) return gateLog(client, gate)
  if (gate === undefined && workspace !== undefined) return workspaceLog(client, workspace)
  throw new UsageError('give either --gate ID or --workspace ID')
}

function gateLog(client: ModeiClient, id: string): AuditedLog {
  return {
    id,
    filter: { gate_id: id },
    getPublic: () => client.getGatePublic(id),
    getCheckpoint: () => client.getGateCheckpoint(id),
    getRoot: () => client.getGateLogCheckpoint(id),
    getConsistency: (sizes) => client.getConsistencyProof(id, sizes),
  }
}

function workspaceLog(client: ModeiClient, id: string): AuditedLog {
  return {
    id,
    filter: { chain_id: id },
    getPublic: () => client.getWorkspacePublic(id),
    getCheckpoint: () => client.getWorkspaceCheckpoint(id),
    getRoot: () => client.getWorkspaceLogCheckpoint(id),
    getConsistency: (sizes) => client.getWorkspaceConsistencyProof(id, sizes),
  }
}
