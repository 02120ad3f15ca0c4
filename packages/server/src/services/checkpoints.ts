import {
  type Checkpoint,
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
import { gateNotFound } from './gates.ts'
import type { Services } from './services.ts'
import { findActiveKey, openSeed } from './signing-keys.ts'

/**
 * The signed last link of a gate's chain. One that was issued is kept and answered again until the chain moves on; an
 * archived gate answers the last one that its key signed.
 */
export async function getGateCheckpoint(services: Services, gateId: string): Promise<Checkpoint> {
  const { store } = services
  const gate = await store.read
    .selectFrom('gates')
    .select(['id', 'workspace_id', 'deleted_at'])
    .where('id', '=', gateId)
    .executeTakeFirst()
  if (gate === undefined) throw gateNotFound(gateId)
  const newest = await newestCheckpoint(store.read, gateId)
  if (gate.deleted_at !== null) {
    if (newest === undefined)
      throw new ModeiProblem('not_found', 'the gate was archived without a checkpoint')
    return view(newest)
  }
  if (newest !== undefined && newest.chain_index === (await headOf(store.read, gateId)).chain_index) {
    return view(newest)
  }
  return view(await store.write((tx, now) => sealChain(services, tx, gate, now)))
}

/** Signs and keeps a checkpoint of a gate's chain as it stands, unless there is one. */
export async function sealChain(
  { box }: Pick<Services, 'box'>,
  tx: Transaction<Database>,
  gate: Pick<Row<'gates'>, 'id' | 'workspace_id'>,
  now: number,
): Promise<Row<'checkpoints'>> {
  const head = await headOf(tx, gate.id)
  const newest = await newestCheckpoint(tx, gate.id)
  if (newest !== undefined && newest.chain_index >= head.chain_index) return newest
  const key = await findActiveKey(tx, gate.id)
  if (key === undefined) throw new Error(`${gate.id} has no active signing key`)
  const json = canonicalJson({
    type: 'checkpoint',
    gate_id: gate.id,
    chain_id: gate.id,
    ...head,
    issued_at: formatTimestamp(now),
    signing_key_id: key.id,
  })
  const row: Row<'checkpoints'> = {
    chain_id: gate.id,
    workspace_id: gate.workspace_id,
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

async function headOf(db: Kysely<Database>, chainId: string): Promise<Head> {
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

function view(row: Row<'checkpoints'>): Checkpoint {
  return {
    gate_id: row.chain_id,
    chain_index: row.chain_index,
    chain_hash: row.chain_hash,
    issued_at: formatTimestamp(row.issued_at),
    checkpoint_json: row.checkpoint_json,
    signature: row.signature,
    public_key: row.public_key,
    signing_key_id: row.signing_key_id,
  }
}
