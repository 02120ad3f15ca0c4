import { decodeBase64Strict, encodeBase64 } from '@modei/protocol/crypto/base64'
import { verifyLogCheckpoint } from '@modei/protocol/crypto/log-checkpoint'
import { leafHash } from '@modei/protocol/crypto/merkle'
import { verifyConsistency, verifyInclusion } from '@modei/protocol/crypto/merkle-proof'
import { verifyRetention } from '@modei/protocol/crypto/retention-statement'
import { isWellFormed, utf8Bytes } from '@modei/protocol/crypto/utf8'
import type { ConsistencyProof, GatePublic, InclusionProof, WorkspacePublic } from './wire.ts'

/**
 * Whose log, and the keys that the reader trusts for it: what `getGatePublic` or `getWorkspacePublic` answered, or as
 * much of it as was kept.
 */
export type LogKeys = (Pick<GatePublic, 'gate_id'> | Pick<WorkspacePublic, 'workspace_id'>) & {
  readonly signing_keys: readonly { key_id: string; public_key: string; status?: string | undefined }[]
}

/** What was signed about a log: so many records, and the root of the tree over them. Keep the note, not this. */
export interface VerifiedCheckpoint {
  readonly origin: string
  readonly tree_size: number
  /** Base64. */
  readonly root_hash: string
}

export type CheckpointVerdict =
  | { ok: true; checkpoint: VerifiedCheckpoint }
  /** Why nothing in the note may be believed. */
  | { ok: false; reason: string }

/**
 * Verifies the signed note of `getGateLogCheckpoint` or `getWorkspaceLogCheckpoint`: one of the log's keys signed it,
 * none of them signed it falsely, and it is the checkpoint of this log. Keys that were declared compromised count for nothing: whoever has one
 * can sign any root today.
 *
 * Keep notes of time to time where the server cannot reach them. `verifyCheckpointConsistency` then shows whether the log
 * only grew in between; a holder of the log's own key cannot rewrite it unnoticed.
 */
export function verifyCheckpoint(note: string, log: LogKeys): CheckpointVerdict {
  const { signing_keys } = log
  const id = chainOf(log)
  const trusted = signing_keys.filter(({ status }) => status !== 'compromised')
  const keys = trusted.map(({ public_key }) => decodeBase64Strict(public_key))
  if (typeof note !== 'string' || keys.includes(undefined)) return { ok: false, reason: 'it cannot be read' }
  // The log is named after the first key, which may since have been rotated out or compromised.
  const origin = note.slice(0, note.indexOf('\n'))
  if (!signing_keys.some(({ key_id }) => origin === `modei/${id}/${key_id}`)) {
    return { ok: false, reason: 'it is the checkpoint of another log' }
  }
  const verdict = verifyLogCheckpoint(
    note,
    origin,
    keys.filter((key) => key !== undefined),
  )
  if (!verdict.ok) return verdict
  const { tree_size, root_hash } = verdict.checkpoint
  return { ok: true, checkpoint: { origin, tree_size, root_hash: encodeBase64(root_hash) } }
}

/**
 * True if and only if the record with exactly this text is number `proof.chain_index` of the log that the checkpoint is
 * of. Ask for the proof with `tree_size` of the checkpoint. Everything else in the server's answer is left out of the
 * verdict. What cannot be read is false.
 */
export function verifyRecordInclusion(
  attestationJson: string,
  proof: Pick<InclusionProof, 'chain_index' | 'tree_size' | 'proof'>,
  checkpoint: VerifiedCheckpoint,
): boolean {
  const root_hash = decodeBase64Strict(checkpoint.root_hash)
  const hashes = readHashes(proof.proof)
  if (typeof attestationJson !== 'string' || !isWellFormed(attestationJson)) return false
  if (root_hash === undefined || hashes === undefined || proof.tree_size !== checkpoint.tree_size)
    return false
  return verifyInclusion({
    leaf_hash: leafHash(utf8Bytes(attestationJson)),
    leaf_index: proof.chain_index - 1,
    tree_size: checkpoint.tree_size,
    root_hash,
    proof: hashes,
  })
}

/**
 * True if and only if the log of the newer checkpoint begins with all records of the older one, unchanged and in their
 * order. Ask for the proof with `old_size` and `tree_size` of the two. What cannot be read is false.
 */
export function verifyCheckpointConsistency(
  proof: Pick<ConsistencyProof, 'proof'>,
  older: VerifiedCheckpoint,
  newer: VerifiedCheckpoint,
): boolean {
  const old_root_hash = decodeBase64Strict(older.root_hash)
  const root_hash = decodeBase64Strict(newer.root_hash)
  const hashes = readHashes(proof.proof)
  if (old_root_hash === undefined || root_hash === undefined || hashes === undefined) return false
  return (
    older.origin === newer.origin &&
    verifyConsistency({
      old_size: older.tree_size,
      old_root_hash,
      tree_size: newer.tree_size,
      root_hash,
      proof: hashes,
    })
  )
}

export type LogBeginning =
  | {
      ok: true
      kept_from: number
      previous_hash: string
      tree_size: number
      root_hash: string
      issued_at: string
    }
  /** Why nothing in the statement may be believed. */
  | { ok: false; reason: string }

/**
 * Verifies the statement `retention` of `getGatePublic` or `getWorkspacePublic`: that the oldest records were removed, and
 * where the log begins now. Only then may the first record in hand have another place than 1: it must be number `kept_from`, and name
 * `previous_hash` as the record before it. `tree_size` and `root_hash` are those of the tree over what was removed, to
 * compare with checkpoints. Keys that were declared compromised count for nothing.
 */
export function verifyLogBeginning(retention: GatePublic['retention'], log: LogKeys): LogBeginning {
  const verdict = verifyRetention(
    retention,
    chainOf(log),
    (id) =>
      log.signing_keys.find(({ key_id, status }) => key_id === id && status !== 'compromised')?.public_key,
  )
  if (!verdict.ok) return verdict
  const { first_kept_index: kept_from, start, root_hash, issued_at } = verdict.retention
  return {
    ok: true,
    kept_from,
    previous_hash: start.chain_hash,
    tree_size: start.chain_index,
    root_hash: encodeBase64(root_hash),
    issued_at,
  }
}

function chainOf(log: LogKeys): string {
  return 'gate_id' in log ? log.gate_id : log.workspace_id
}

/** Hashes of a stranger's answer, undefined unless each is one. */
function readHashes(texts: unknown): Uint8Array[] | undefined {
  if (!Array.isArray(texts)) return undefined
  const hashes = texts.map((text) => (typeof text === 'string' ? decodeBase64Strict(text) : undefined))
  return hashes.every((hash) => hash !== undefined) ? hashes : undefined
}
