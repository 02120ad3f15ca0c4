import {
  canonicalJson,
  encodeBase64,
  formatTimestamp,
  ModeiProblem,
  signEd25519,
  utf8Bytes,
} from '@modei/protocol'
import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../store/schema.ts'
import type { Row } from '../store/store.ts'
import { type Chain, findChain, type LogOwner } from './find-chain.ts'
import type { Services } from './services.ts'
import { getActiveKey, openSeed } from './signing-keys.ts'

/**
 * The signed last link of a chain. One that was issued is kept and answered again until the chain moves on; an archived
 * gate answers the last one that its key signed.
 */
export async function getCheckpoint<O extends LogOwner>(services: Services, owner: O) {
  const { store } = services
  const chain = await findChain(store.read, owner)
  const newest = await newestCheckpoint(store.read, chain.chain_id)
  if (chain.archived) {
    if (newest === undefined)
      throw new ModeiProblem('not_found', 'the gate was archived without a checkpoint')
    return { ...owner, ...view(newest) }
  }
  const { chain_index: head } = await headOf(store.read, chain.chain_id)
  const checkpoint =
    newest?.chain_index === head
      ? newest
      : await store.write((tx, now) => sealChain(services, tx, chain, now))
  return { ...owner, ...view(checkpoint) }
}

/** Signs and keeps a checkpoint of a chain as it stands, unless there is one. */
export async function sealChain(
  { box }: Pick<Services, 'box'>,
  tx: Transaction<Database>,
  { chain_id, workspace_id }: Pick<Chain, 'chain_id' | 'workspace_id'>,
  now: number,
): Promise<Row<'checkpoints'>> {
  const head = await headOf(tx, chain_id)
  const newest = await newestCheckpoint(tx, chain_id)
  if (newest !== undefined && newest.chain_index >= head.chain_index) return newest
  const key = await getActiveKey(tx, chain_id)
  const json = canonicalJson({
    type: 'checkpoint',
    gate_id: chain_id === workspace_id ? null : chain_id,
    chain_id,
    ...head,
    issued_at: formatTimestamp(now),
    signing_key_id: key.id,
  })
  const row: Row<'checkpoints'> = {
    chain_id,
    workspace_id,
    ...head,
    issued_at: now,
    checkpoint_json: json,
    signature: encodeBase64(signEd25519(utf8Bytes(json), openSeed(box, key))),
    signing_key_id: key.id,
    public_key: key.public_key,
  }
  await tx.insertInto('checkpoints').values(row).execute()
  return row
}

interface Head {
  chain_index: number
  chain_hash: string | null
}

export async function headOf(db: Kysely<Database>, chainId: string): Promise<Head> {
  const row = await db
    .selectFrom('chains')
    .select(['head_index', 'head_hash'])
    .where('chain_id', '=', chainId)
    .executeTakeFirst()
  return { chain_index: row?.head_index ?? 0, chain_hash: row?.head_hash ?? null }
}

export function newestCheckpoint(
  db: Kysely<Database>,
  chainId: string,
): Promise<Row<'checkpoints'> | undefined> {
  return db
    .selectFrom('checkpoints')
    .selectAll()
    .where('chain_id', '=', chainId)
    .orderBy('chain_index', 'desc')
    .limit(1)
    .executeTakeFirst()
}

function view(row: Row<'checkpoints'>) {
  return {
    chain_index: row.chain_index,
    chain_hash: row.chain_hash,
    issued_at: formatTimestamp(row.issued_at),
    checkpoint_json: row.checkpoint_json,
    signature: row.signature,
    public_key: row.public_key,
    signing_key_id: row.signing_key_id,
  }
}
