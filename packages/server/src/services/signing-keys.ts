import { randomBytes } from 'node:crypto'
import { encodeBase64, formatTimestamp, type PublishedKeys, publicKeyFromSeed } from '@modei/protocol'
import type { Kysely, Transaction } from 'kysely'
import { newId } from '../new-id.ts'
import type { SecretBox } from '../secret-box.ts'
import type { Database } from '../store/schema.ts'
import type { Row } from '../store/store.ts'

/** Makes the key that `owner_id` (a gate, an issuer or a workspace) signs with from now on. */
export async function addSigningKey(
  tx: Transaction<Database>,
  box: SecretBox,
  owner: { workspace_id: string; owner_id: string },
  now: number,
): Promise<Row<'signing_keys'>> {
  const seed = randomBytes(32)
  const id = newId('sk', now)
  const row: Row<'signing_keys'> = {
    id,
    workspace_id: owner.workspace_id,
    owner_id: owner.owner_id,
    public_key: encodeBase64(publicKeyFromSeed(seed)),
    sealed_seed: box.seal(seed, id),
    status: 'active',
    created_at: now,
    retired_at: null,
  }
  await tx.insertInto('signing_keys').values(row).execute()
  return row
}

/** Makes a key that `owner_id` keeps itself the one with which it signs: only its public half is known here. */
export async function addExternalKey(
  tx: Transaction<Database>,
  owner: { workspace_id: string; owner_id: string },
  publicKey: string,
  now: number,
): Promise<void> {
  const row: Row<'signing_keys'> = {
    id: newId('sk', now),
    workspace_id: owner.workspace_id,
    owner_id: owner.owner_id,
    public_key: publicKey,
    sealed_seed: null,
    status: 'active',
    created_at: now,
    retired_at: null,
  }
  await tx.insertInto('signing_keys').values(row).execute()
}

/** Makes `owner_id`'s active key one that only verifies, or not even that when it was compromised. */
export async function retireSigningKey(
  tx: Transaction<Database>,
  ownerId: string,
  status: 'retired' | 'compromised',
  now: number,
): Promise<string | undefined> {
  const active = await findActiveKey(tx, ownerId)
  if (active === undefined) return undefined
  await tx
    .updateTable('signing_keys')
    .set({ status, retired_at: now, sealed_seed: null })
    .where('id', '=', active.id)
    .execute()
  return active.id
}

/** The key with which `owner_id` signs now; undefined for what never signed, or signs nothing more. */
export function findActiveKey(
  db: Kysely<Database>,
  ownerId: string,
): Promise<Row<'signing_keys'> | undefined> {
  return db
    .selectFrom('signing_keys')
    .selectAll()
    .where('owner_id', '=', ownerId)
    .where('status', '=', 'active')
    .executeTakeFirst()
}

/** The key with which `owner_id`, which must have one, signs now. */
export async function getActiveKey(db: Kysely<Database>, ownerId: string): Promise<Row<'signing_keys'>> {
  const key = await findActiveKey(db, ownerId)
  if (key === undefined) throw new Error(`${ownerId} has no active signing key`)
  return key
}

/** Every key that `owner_id` signs or signed with, newest first, as it is told to everybody. */
export async function publishedKeys(db: Kysely<Database>, ownerId: string): Promise<PublishedKeys> {
  const keys = await db
    .selectFrom('signing_keys')
    .selectAll()
    .where('owner_id', '=', ownerId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return keys.map((key) => ({
    key_id: key.id,
    public_key: key.public_key,
    status: key.status,
    created_at: formatTimestamp(key.created_at),
    retired_at: key.retired_at === null ? null : formatTimestamp(key.retired_at),
  }))
}

/** The seed of a key that the server holds. */
export function openSeed(box: SecretBox, key: Row<'signing_keys'>): Uint8Array {
  if (key.sealed_seed === null) throw new Error(`signing key ${key.id} has no seed here`)
  return box.open(key.sealed_seed, key.id)
}
