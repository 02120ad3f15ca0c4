import {
  consistencyRanges,
  encodeBase64,
  inclusionRanges,
  logCheckpointText,
  ModeiProblem,
  signEd25519,
  utf8Bytes,
  writeNote,
} from '@modei/protocol'
import { decodeBase64Strict } from '@modei/protocol/crypto/base64'
import { headOf } from './checkpoints.ts'
import { findChain, type LogOwner } from './find-chain.ts'
import { storeNodes } from './merkle-log.ts'
import { rangeHashes } from './merkle-ranges.ts'
import type { Services } from './services.ts'
import { findActiveKey, openSeed } from './signing-keys.ts'

/** The signed root over all records of a log. The same size is signed as the same root, now and later. */
export async function getLogCheckpoint<O extends LogOwner>(services: Services, owner: O) {
  const { store, box } = services
  const { chain_id: chainId, size: tree_size } = await readyTree(services, owner)
  const [root_hash] = await rangeHashes(store.read, chainId, [{ start: 0, end: tree_size }])
  const key = await findActiveKey(store.read, chainId)
  const publicKey = decodeBase64Strict(key?.public_key ?? '')
  if (root_hash === undefined || key === undefined || publicKey === undefined) {
    throw new Error(`${chainId} has no active signing key`)
  }
  const origin = await logOrigin(services, chainId)
  const text = logCheckpointText({ origin, tree_size, root_hash })
  const signature = signEd25519(utf8Bytes(text), openSeed(box, key))
  return {
    ...owner,
    origin,
    tree_size,
    root_hash: encodeBase64(root_hash),
    note: writeNote(text, { name: origin, public_key: publicKey }, signature),
    public_key: key.public_key,
    signing_key_id: key.id,
  }
}

export async function getInclusionProof<O extends LogOwner>(
  services: Services,
  owner: O,
  query: { chain_index: number; tree_size?: number | undefined },
) {
  const { chain_id, size: tree_size } = await readyTree(services, owner, query.tree_size)
  const leaf_index = query.chain_index - 1
  if (leaf_index >= tree_size) throw notInTree('chain_index', tree_size)
  const [leaf, root, ...proof] = await rangeHashes(services.store.read, chain_id, [
    { start: leaf_index, end: leaf_index + 1 },
    { start: 0, end: tree_size },
    ...inclusionRanges(leaf_index, tree_size),
  ])
  return {
    ...owner,
    chain_index: query.chain_index,
    leaf_index,
    leaf_hash: encodeBase64(leaf ?? missing()),
    tree_size,
    root_hash: encodeBase64(root ?? missing()),
    proof: proof.map((hash) => encodeBase64(hash)),
  }
}

export async function getConsistencyProof<O extends LogOwner>(
  services: Services,
  owner: O,
  query: { old_size: number; tree_size?: number | undefined },
) {
  const { old_size } = query
  const { chain_id, size: tree_size } = await readyTree(services, owner, query.tree_size)
  if (old_size > tree_size) throw notInTree('old_size', tree_size)
  const [old, root, ...proof] = await rangeHashes(services.store.read, chain_id, [
    { start: 0, end: old_size },
    { start: 0, end: tree_size },
    ...consistencyRanges(old_size, tree_size),
  ])
  return {
    ...owner,
    old_size,
    old_root_hash: encodeBase64(old ?? missing()),
    tree_size,
    root_hash: encodeBase64(root ?? missing()),
    proof: proof.map((hash) => encodeBase64(hash)),
  }
}

/** Makes sure that the tree of a size can be read; of all records when none is asked for. */
async function readyTree(
  { store }: Services,
  owner: LogOwner,
  wanted?: number,
): Promise<{ chain_id: string; size: number }> {
  const { chain_id } = await findChain(store.read, owner)
  const { chain_index: head } = await headOf(store.read, chain_id)
  if (wanted !== undefined && wanted > head) throw notInTree('tree_size', head)
  const size = wanted ?? head
  await storeNodes(store, chain_id, size)
  return { chain_id, size }
}

/**
 * What the log is called for ever. The first key makes it differ from a log of that name elsewhere, and it depends on
 * no setting that might change.
 */
async function logOrigin({ store }: Services, chainId: string): Promise<string> {
  const { id } = await store.read
    .selectFrom('signing_keys')
    .select('id')
    .where('owner_id', '=', chainId)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirstOrThrow()
  return `modei/${chainId}/${id}`
}

function notInTree(field: string, size: number): ModeiProblem {
  const message = `there are ${size} records`
  return new ModeiProblem('request_invalid', message, { errors: [{ pointer: `/query/${field}`, message }] })
}

function missing(): never {
  throw new Error('a hash was not computed')
}
