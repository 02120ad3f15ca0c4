import {
  decodeBase64Strict,
  growEdge,
  type HashedNode,
  joinNodes,
  leafHash,
  utf8Bytes,
} from '@modei/protocol'
import type { ChainRecord } from '@modei/protocol/crypto/chain-record'
import type { ChainFault } from '@modei/protocol/crypto/chain-verifier'
import type { VerifiedRetention } from '@modei/protocol/crypto/retention-statement'
import { verifyCheckpoint } from 'modei'
import { noteKeys } from './note-keys.ts'
import { readSignedCheckpoint } from './signed-checkpoint.ts'
import type { Trusted } from './trusted-keys.ts'

/** A checkpoint that somebody kept: what the first `size` records of a chain must be. */
export type Kept = { size: number } & (
  | { kind: 'root'; root_hash: Uint8Array }
  | { kind: 'link'; chain_hash: string }
)

/**
 * Adds a kept checkpoint: a signed note (`modei audit checkpoint`) or the JSON of `modei attestations get-gate-checkpoint`.
 * @param keys base64 public keys that may have signed it; those of the gates' documents when there are none
 * @throws {Error} when it is neither, or no trusted key signed it
 */
export function trustKept(trusted: Trusted, text: string, keys: readonly string[]): void {
  const [chainId, kept] = text.trimStart().startsWith('{')
    ? readLink(trusted, text, keys)
    : readNote(trusted, text, keys)
  trusted.kept.set(chainId, [...(trusted.kept.get(chainId) ?? []), kept])
}

function readNote(trusted: Trusted, note: string, keys: readonly string[]): [string, Kept] {
  const [, gateId = ''] = note.slice(0, note.indexOf('\n')).split('/')
  const verdict = verifyCheckpoint(note, noteKeys(gateId, documentKeys(trusted, gateId), keys))
  if (!verdict.ok) throw new Error(`a kept checkpoint is not to be believed: ${verdict.reason}`)
  const { tree_size: size, root_hash } = verdict.checkpoint
  const bytes = decodeBase64Strict(root_hash)
  if (bytes === undefined) throw new Error('a kept checkpoint cannot be read')
  return [gateId, { size, kind: 'root', root_hash: bytes }]
}

function readLink(trusted: Trusted, text: string, keys: readonly string[]): [string, Kept] {
  const link = readSignedCheckpoint(JSON.parse(text), (gateId, keyId) =>
    keys.length > 0
      ? keys
      : documentKeys(trusted, gateId)
          .filter(({ key_id, status }) => key_id === keyId && status !== 'compromised')
          .map(({ public_key }) => public_key),
  )
  return [link.chain_id, { size: link.chain_index, kind: 'link', chain_hash: link.chain_hash ?? '' }]
}

function documentKeys({ chains, compromised }: Trusted, gateId: string) {
  return [...(chains.get(gateId) ?? [])].map(([key_id, public_key]) => ({
    key_id,
    public_key,
    status: compromised.has(key_id) ? 'compromised' : 'active',
  }))
}

/**
 * Compares the records of one chain, in their order, with the checkpoints that were kept of it.
 * @param removed the tree over records that retention removed, where the chain begins after them
 */
export function keptChecker(
  kept: readonly Kept[],
  removed?: Pick<VerifiedRetention, 'start' | 'root_hash' | 'edge'>,
) {
  const last = Math.max(0, ...kept.map(({ size }) => size))
  const rooted = Math.max(0, ...kept.map(({ kind, size }) => (kind === 'root' ? size : 0)))
  const start = removed?.start.chain_index ?? 0
  const edge: HashedNode[] = [...(removed?.edge ?? [])]

  function next({ attestation_json, chain_index: at, chain_hash }: ChainRecord): ChainFault | undefined {
    if (at <= rooted) growEdge(edge, 0, [leafHash(utf8Bytes(attestation_json))])
    for (const checkpoint of kept) {
      if (checkpoint.size !== at) continue
      const holds =
        checkpoint.kind === 'link'
          ? checkpoint.chain_hash === chain_hash
          : Buffer.from(joinNodes(edge.map(({ hash }) => hash))).equals(checkpoint.root_hash)
      if (!holds)
        return fault(at, 'checkpoint_mismatch', `the kept checkpoint vouches for other ${at} records`)
    }
    return undefined
  }

  /** @param head index of the last record that there was */
  function end(head: number): ChainFault | undefined {
    const early = kept.find(({ size }) => size < start)
    if (early !== undefined)
      return fault(
        early.size + 1,
        'index_gap',
        `the kept checkpoint is over ${early.size} records, and those after it were removed: \`modei audit checkpoint\` proves with the server that the log continues it`,
      )
    for (const checkpoint of kept) {
      if (removed === undefined || checkpoint.size !== start) continue
      const holds =
        checkpoint.kind === 'link'
          ? checkpoint.chain_hash === removed.start.chain_hash
          : Buffer.from(removed.root_hash).equals(checkpoint.root_hash)
      if (!holds) return fault(start, 'checkpoint_mismatch', `other ${start} records were removed`)
    }
    return last > head
      ? fault(head + 1, 'truncated', `the kept checkpoint vouches for ${last} records`)
      : undefined
  }

  return { next, end }
}

function fault(at: number, reason: ChainFault['reason'], detail: string): ChainFault {
  return { ok: false, at, reason, detail }
}
