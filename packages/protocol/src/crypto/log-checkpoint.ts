import { decodeBase64Strict, encodeBase64 } from './base64.ts'
import { verifyNote } from './signed-note.ts'

/** The state of a log: how many records, and the hash of the tree over them. */
export type LogCheckpoint = { origin: string; tree_size: number; root_hash: Uint8Array }

export type LogCheckpointVerdict =
  | { ok: true; checkpoint: LogCheckpoint; public_key: Uint8Array }
  | { ok: false; reason: string }

/** The text that is signed. */
export function logCheckpointText({ origin, tree_size, root_hash }: LogCheckpoint): string {
  return `${origin}\n${tree_size}\n${encodeBase64(root_hash)}\n`
}

/** Reads a text that was signed; undefined when it is no checkpoint. Lines after the third are somebody's own. */
export function parseLogCheckpoint(text: string): LogCheckpoint | undefined {
  if (!text.endsWith('\n')) return undefined
  const lines = text.slice(0, -1).split('\n')
  const [origin = '', size = '', root = ''] = lines
  if (lines.includes('') || !/^(?:0|[1-9]\d{0,15})$/.test(size)) return undefined
  const tree_size = Number(size)
  const root_hash = decodeBase64Strict(root)
  if (!Number.isSafeInteger(tree_size) || root_hash?.length !== 32) return undefined
  return { origin, tree_size, root_hash }
}

/**
 * Verifies the checkpoint of the log that the reader means.
 * @param publicKeys raw keys of the log, rotated-out ones included
 */
export function verifyLogCheckpoint(
  note: string,
  origin: string,
  publicKeys: readonly Uint8Array[],
): LogCheckpointVerdict {
  const verdict = verifyNote(
    note,
    publicKeys.map((public_key) => ({ name: origin, public_key })),
  )
  if (!verdict.ok) return verdict
  const checkpoint = parseLogCheckpoint(verdict.text)
  if (checkpoint === undefined) return { ok: false, reason: 'the signed text is no checkpoint' }
  if (checkpoint.origin !== origin) return { ok: false, reason: 'it is the checkpoint of another log' }
  return { ok: true, checkpoint, public_key: verdict.signer.public_key }
}
