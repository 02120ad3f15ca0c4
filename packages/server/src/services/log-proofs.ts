import {
  type ConsistencyProof,
  consistencyRanges,
  encodeBase64,
  type GateLogCheckpoint,
  type InclusionProof,
  inclusionRanges,
  logCheckpointText,
  ModeiProblem,
  signEd25519,
  utf8Bytes,
  writeNote,
} from '@modei/protocol'
import { decodeBase64Strict } from '@modei/protocol/crypto/base64'
import { gateNotFound } from './gates.ts'
import { storeNodes } from './merkle-log.ts'
import { rangeHashes } from './merkle-ranges.ts'
import type { Services } from './services.ts'
import { findActiveKey, openSeed } from './signing-keys.ts'

/** The signed root over all records of a gate. The same size is signed as the same root, now and later. */
export async function getGateLogCheckpoint(services: Services, gateId: string): Promise<GateLogCheckpoint> {
  const { store, box } = services
  const tree_size = await readyTree(services, gateId)
  const [root_hash] = await rangeHashes(store.read, gateId, [{ start: 0, end: tree_size }])
  const key = await findActiveKey(store.read, gateId)
  const publicKey = decodeBase64Strict(key?.public_key ?? '')
  if (root_hash === undefined || key === undefined || publicKey === undefined) {
    throw new Error(`${gateId} has no active signing key`)
  }
  const origin = await logOrigin(services, gateId)
  const text = logCheckpointText({ origin, tree_size, root_hash })
  const signature = signEd25519(utf8Bytes(text), openSeed(box, key))
  return {
    gate_id: gateId,
    origin,
    tree_size,
    root_hash: encodeBase64(root_hash),
    note: writeNote(text, { name: origin, public_key: publicKey }, signature),
    public_key: key.public_key,
    signing_key_id: key.id,
  }
}

export async function getInclusionProof(
  services: Services,
  gateId: string,
  query: { chain_index: number; tree_size?: number | undefined },
): Promise<InclusionProof> {
  const tree_size = await readyTree(services, gateId, query.tree_size)
  const leaf_index = query.chain_index - 1
  if (leaf_index >= tree_size) throw notInTree('chain_index', tree_size)
  const [leaf, root, ...proof] = await rangeHashes(services.store.read, gateId, [
    { start: leaf_index, end: leaf_index + 1 },
    { start: 0, end: tree_size },
    ...inclusionRanges(leaf_index, tree_size),
  ])
  return {
    gate_id: gateId,
    chain_index: query.chain_index,
    leaf_index,
    leaf_hash: encodeBase64(leaf ?? missing()),
    tree_size,
    root_hash: encodeBase64(root ?? missing()),
    proof: proof.map((hash) => encodeBase64(hash)),
  }
}

export async function getConsistencyProof(
  services: Services,
  gateId: string,
  query: { old_size: number; tree_size?: number | undefined },
): Promise<ConsistencyProof> {
  const { old_size } = query
  const tree_size = await readyTree(services, gateId, query.tree_size)
  if (old_size > tree_size) throw notInTree('old_size', tree_size)
  const [old, root, ...proof] = await rangeHashes(services.store.read, gateId, [
    { start: 0, end: old_size },
    { start: 0, end: tree_size },
    ...consistencyRanges(old_size, tree_size),
  ])
  return {
    gate_id: gateId,
    old_size,
    old_root_hash: encodeBase64(old ?? missing()),
    tree_size,
    root_hash: encodeBase64(root ?? missing()),
    proof: proof.map((hash) => encodeBase64(hash)),
  }
}

/** Makes sure that the tree of a size can be read; of all records when none is asked for. */
async function readyTree({ store }: Services, gateId: string, wanted?: number): Promise<number> {
  const gate = await store.read
    .selectFrom('gates')
    .leftJoin('chains', 'chains.chain_id', 'gates.id')
    .select('chains.head_index')
    .where('gates.id', '=', gateId)
    .executeTakeFirst()
  if (gate === undefined) throw gateNotFound(gateId)
  const size = gate.head_index ?? 0
  if (wanted !== undefined && wanted > size) throw notInTree('tree_size', size)
  await storeNodes(store, gateId, wanted ?? size)
  return wanted ?? size
}

/**
 * What the log is called for ever. The gate's first key makes it differ from a gate of that name elsewhere, and it
 * depends on no setting that might change.
 */
async function logOrigin({ store }: Services, gateId: string): Promise<string> {
  const { id } = await store.read
    .selectFrom('signing_keys')
    .select('id')
    .where('owner_id', '=', gateId)
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirstOrThrow()
  return `modei/${gateId}/${id}`
}

function notInTree(field: string, size: number): ModeiProblem {
  const message = `there are ${size} records`
  return new ModeiProblem('request_invalid', message, { errors: [{ pointer: `/query/${field}`, message }] })
}

function missing(): never {
  throw new Error('a hash was not computed')
}
