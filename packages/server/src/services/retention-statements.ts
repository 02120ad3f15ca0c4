import {
  encodeBase64,
  formatTimestamp,
  type RetentionStatement,
  retentionText,
  signEd25519,
  utf8Bytes,
  type VerifiedRetention,
  verifyRetention,
  wholeNodes,
} from '@modei/protocol'
import type { Kysely, Transaction } from 'kysely'
import type { SecretBox } from '../secret-box.ts'
import type { Database } from '../store/schema.ts'
import type { Row } from '../store/store.ts'
import { rangeHashes } from './merkle-ranges.ts'
import { getActiveKey, openSeed } from './signing-keys.ts'

/** The last statement of where what is kept of a chain begins; of two of one place, the one that was signed last. */
export function newestStatement(
  db: Kysely<Database>,
  chainId: string,
): Promise<Row<'retention_statements'> | undefined> {
  return db
    .selectFrom('retention_statements')
    .selectAll()
    .where('chain_id', '=', chainId)
    .orderBy('first_kept_index', 'desc')
    .orderBy('issued_at', 'desc')
    .orderBy('signing_key_id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The same as it is told to everybody. */
export async function signedRetention(
  db: Kysely<Database>,
  chainId: string,
): Promise<RetentionStatement | null> {
  const row = await newestStatement(db, chainId)
  if (row === undefined) return null
  const { first_kept_index, statement_json, signature, signing_key_id } = row
  return { first_kept_index, statement_json, signature, signing_key_id }
}

/** What the newest statement says, if a key of the chain that was not compromised signed it. */
export async function verifiedRetention(
  db: Kysely<Database>,
  chainId: string,
  signers: readonly Pick<Row<'signing_keys'>, 'id' | 'public_key' | 'status'>[],
): Promise<VerifiedRetention | undefined> {
  const row = await newestStatement(db, chainId)
  if (row === undefined) return undefined
  const verdict = verifyRetention(
    row,
    chainId,
    (id) => signers.find((key) => key.id === id && key.status !== 'compromised')?.public_key,
  )
  return verdict.ok ? verdict.retention : undefined
}

/**
 * Signs and keeps that a chain begins after `last`. Archived gates sign this too, and nothing else: otherwise the
 * records of others could not be removed either.
 */
export async function stateRetention(
  box: SecretBox,
  tx: Transaction<Database>,
  last: { chain_id: string; workspace_id: string; chain_index: number; chain_hash: string },
  now: number,
): Promise<void> {
  const key = await getActiveKey(tx, last.chain_id)
  const subtrees = wholeNodes({ start: 0, end: last.chain_index }).map(({ level, index }) => ({
    start: index * 2 ** level,
    end: (index + 1) * 2 ** level,
  }))
  const place = {
    chain_id: last.chain_id,
    first_kept_index: last.chain_index + 1,
    previous_hash: last.chain_hash,
    signing_key_id: key.id,
  }
  const json = retentionText({
    ...place,
    subtree_hashes: await rangeHashes(tx, last.chain_id, subtrees),
    issued_at: formatTimestamp(now),
  })
  await tx
    .insertInto('retention_statements')
    .values({
      ...place,
      workspace_id: last.workspace_id,
      issued_at: now,
      statement_json: json,
      signature: encodeBase64(signEd25519(utf8Bytes(json), openSeed(box, key))),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Says again where a chain begins, with the key that is active now: nobody believes the one that said so before. */
export async function restateRetention(
  box: SecretBox,
  tx: Transaction<Database>,
  chainId: string,
  now: number,
): Promise<void> {
  const row = await newestStatement(tx, chainId)
  if (row === undefined) return
  const { chain_id, workspace_id, first_kept_index, previous_hash } = row
  const last = { chain_id, workspace_id, chain_index: first_kept_index - 1, chain_hash: previous_hash }
  await stateRetention(box, tx, last, now)
}
