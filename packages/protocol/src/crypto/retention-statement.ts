import { decodeBase64Strict, encodeBase64 } from './base64.ts'
import { canonicalJson } from './canonical-json.ts'
import type { ChainLink } from './chain-record.ts'
import { verifyEd25519 } from './ed25519.ts'
import { type HashedNode, joinNodes, wholeNodes } from './merkle.ts'
import { parseStrictJson } from './strict-json.ts'
import { utf8Bytes } from './utf8.ts'

/** What a chain's key says of records that were removed: where what is kept begins, and what was before it. */
export type RetentionCut = {
  chain_id: string
  /** The first record that is still there, or that will be the next one. */
  first_kept_index: number
  /** `chain_hash` of the last record that was removed. */
  previous_hash: string
  /** Hashes of the whole subtrees over the removed records, from left to right. */
  subtree_hashes: readonly Uint8Array[]
  /** RFC 3339. */
  issued_at: string
  signing_key_id: string
}

/** The signed text and what is beside it, as it is stored and sent. */
export type SignedRetention = { statement_json: string; signature: string; signing_key_id: string }

/** Where verification may begin, and the tree over what was before. */
export type VerifiedRetention = {
  chain_id: string
  first_kept_index: number
  issued_at: string
  signing_key_id: string
  /** The trusted link before the first kept record. */
  start: ChainLink
  root_hash: Uint8Array
  /** The whole subtrees over the removed records: later roots follow from them and the kept records. */
  edge: HashedNode[]
}

export type RetentionVerdict = { ok: true; retention: VerifiedRetention } | { ok: false; reason: string }

/** The text that is signed. docs/spec/retention.md says what its members are. */
export function retentionText(cut: RetentionCut): string {
  const { subtree_hashes, ...members } = cut
  return canonicalJson({
    ...members,
    type: 'retention',
    tree_size: cut.first_kept_index - 1,
    root_hash: encodeBase64(joinNodes(subtree_hashes)),
    subtree_hashes: subtree_hashes.map((hash) => encodeBase64(hash)),
  })
}

/**
 * Verifies a statement of the chain that the reader means. It comes from a stranger.
 * @param findPublicKey the base64 key of an id, if it is one of that chain's that the reader believes
 */
export function verifyRetention(
  signed: unknown,
  chainId: string,
  findPublicKey: (signingKeyId: string) => string | undefined,
): RetentionVerdict {
  const { statement_json: json, signature, signing_key_id: keyId } = members(signed)
  if (typeof json !== 'string' || typeof signature !== 'string' || typeof keyId !== 'string')
    return refused('it is no signed statement')
  const key = decodeBase64Strict(findPublicKey(keyId) ?? '')
  if (key?.length !== 32) return refused('its key is not one of this chain that is believed')
  const bytes = decodeBase64Strict(signature)
  if (bytes === undefined || !verifyEd25519(key, utf8Bytes(json), bytes))
    return refused('its signature does not hold')
  const parsed = parseStrictJson(json, { maxDepth: 4 })
  if (!parsed.ok) return refused('its text cannot be read')
  const text = members(parsed.value)
  if (text.type !== 'retention') return refused('it is signed, but it is no statement of retention')
  if (text.chain_id !== chainId) return refused('it is the statement of another chain')
  if (text.signing_key_id !== keyId) return refused('it names another key')
  const { first_kept_index: first, previous_hash: hash, issued_at } = text
  if (typeof first !== 'number' || !Number.isSafeInteger(first) || first < 2)
    return refused('its first kept record is no place in a chain')
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash) || typeof issued_at !== 'string')
    return refused('its text cannot be read')
  const edge = readEdge(text.subtree_hashes, first - 1)
  const root_hash = joinNodes(edge?.map((node) => node.hash) ?? [])
  if (edge === undefined || text.tree_size !== first - 1 || text.root_hash !== encodeBase64(root_hash))
    return refused('its tree does not fit')
  return {
    ok: true,
    retention: {
      chain_id: chainId,
      first_kept_index: first,
      issued_at,
      signing_key_id: keyId,
      start: { chain_index: first - 1, chain_hash: hash },
      root_hash,
      edge,
    },
  }
}

function readEdge(texts: unknown, size: number): HashedNode[] | undefined {
  const nodes = wholeNodes({ start: 0, end: size })
  if (!Array.isArray(texts) || texts.length !== nodes.length) return undefined
  const edge: HashedNode[] = []
  for (const [i, node] of nodes.entries()) {
    const text: unknown = texts[i]
    const hash = typeof text === 'string' ? decodeBase64Strict(text) : undefined
    if (hash?.length !== 32) return undefined
    edge.push({ ...node, hash })
  }
  return edge
}

function members(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function refused(reason: string): RetentionVerdict {
  return { ok: false, reason }
}
