import { formatTimestamp, type Issuer, type IssuerRevoked, ModeiProblem } from '@modei/protocol'
import type { Kysely } from 'kysely'
import type { Caller } from '../http/call.ts'
import { type Page, type Position, pageOf } from '../http/page.ts'
import { newId } from '../new-id.ts'
import type { Database } from '../store/schema.ts'
import type { IdempotencyClaim, Row } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import { before } from './paging.ts'
import { parsePublicKey } from './public-key.ts'
import type { Services } from './services.ts'
import { addExternalKey, addSigningKey } from './signing-keys.ts'

export interface NewIssuer {
  name: string
  domain?: string | undefined
  description?: string | undefined
  /** The public half of a key that the issuer keeps itself. */
  public_key?: string | undefined
}

export interface IssuerChanges {
  name?: string | undefined
  domain?: string | null | undefined
  description?: string | null | undefined
}

type IssuerRow = Row<'issuers'> & { public_key: string | null; signing_key_id: string | null }

function issuerRows(db: Kysely<Database>, workspaceId: string) {
  return db
    .selectFrom('issuers')
    .leftJoin('signing_keys', (join) =>
      join.onRef('signing_keys.owner_id', '=', 'issuers.id').on('signing_keys.status', '=', 'active'),
    )
    .selectAll('issuers')
    .select(['signing_keys.public_key as public_key', 'signing_keys.id as signing_key_id'])
    .where('issuers.workspace_id', '=', workspaceId)
}

function view(row: IssuerRow): Issuer {
  return {
    issuer_id: row.id,
    name: row.name,
    domain: row.domain,
    description: row.description,
    public_key: row.public_key ?? '',
    signing_key_id: row.signing_key_id ?? '',
    key_custody: row.external_public_key === null ? 'server' : 'external',
    created_at: formatTimestamp(row.created_at),
    revoked_at: row.revoked_at === null ? null : formatTimestamp(row.revoked_at),
  }
}

export function issuerNotFound(issuerId: string): ModeiProblem {
  return new ModeiProblem('not_found', `no issuer \`${issuerId}\``)
}

/** The caller's issuer; another workspace's answers like one that does not exist. */
export async function findOwnIssuer(
  db: Kysely<Database>,
  caller: Caller,
  issuerId: string,
): Promise<Row<'issuers'>> {
  const row = await db
    .selectFrom('issuers')
    .selectAll()
    .where('id', '=', issuerId)
    .where('workspace_id', '=', caller.workspace_id)
    .executeTakeFirst()
  if (row === undefined) throw issuerNotFound(issuerId)
  return row
}

/** The caller's issuer, to be changed or to issue. */
export async function findLiveIssuer(
  db: Kysely<Database>,
  caller: Caller,
  issuerId: string,
): Promise<Row<'issuers'>> {
  const row = await findOwnIssuer(db, caller, issuerId)
  if (row.revoked_at !== null) throw new ModeiProblem('conflict', `the issuer \`${issuerId}\` was revoked`)
  return row
}

async function getView(db: Kysely<Database>, caller: Caller, issuerId: string): Promise<Issuer> {
  const row = await issuerRows(db, caller.workspace_id).where('issuers.id', '=', issuerId).executeTakeFirst()
  if (row === undefined) throw issuerNotFound(issuerId)
  return view(row)
}

/** Makes an issuer, with a key pair sealed here or with the public half of one that never comes here. */
export function createIssuer(
  { store, box }: Services,
  caller: Caller,
  request: NewIssuer,
  claim: IdempotencyClaim | null,
): Promise<Issuer> {
  const external = request.public_key === undefined ? null : parsePublicKey(request.public_key, 'public_key')
  return writeOnce(store, claim, async (tx, now) => {
    const id = newId('iss', now)
    const row: Row<'issuers'> = {
      id,
      workspace_id: caller.workspace_id,
      name: request.name,
      domain: request.domain ?? null,
      description: request.description ?? null,
      external_public_key: external,
      compromised_keys: '[]',
      created_at: now,
      revoked_at: null,
    }
    await tx.insertInto('issuers').values(row).execute()
    const owner = { workspace_id: caller.workspace_id, owner_id: id }
    if (external === null) await addSigningKey(tx, box, owner, now)
    else await addExternalKey(tx, owner, external, now)
    return getView(tx, caller, id)
  })
}

/** The workspace's issuers that may issue, newest first. */
export async function listIssuers(
  { store }: Services,
  caller: Caller,
  limit: number,
  position: Position | undefined,
): Promise<Page<Issuer[]>> {
  const rows = await issuerRows(store.read, caller.workspace_id)
    .where('issuers.revoked_at', 'is', null)
    .$if(position !== undefined, (query) => query.where(before(position, 'issuers')))
    .orderBy('issuers.created_at', 'desc')
    .orderBy('issuers.id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, (row) => ({ at: row.created_at, id: row.id }), view)
}

export function getIssuer({ store }: Services, caller: Caller, issuerId: string): Promise<Issuer> {
  return getView(store.read, caller, issuerId)
}

export function updateIssuer(
  { store }: Services,
  caller: Caller,
  issuerId: string,
  changes: IssuerChanges,
): Promise<Issuer> {
  return store.write(async (tx) => {
    const row = await findLiveIssuer(tx, caller, issuerId)
    await tx
      .updateTable('issuers')
      .set({
        name: changes.name ?? row.name,
        domain: changes.domain === undefined ? row.domain : changes.domain,
        description: changes.description === undefined ? row.description : changes.description,
      })
      .where('id', '=', issuerId)
      .execute()
    return getView(tx, caller, issuerId)
  })
}

/**
 * Revokes an issuer and every passport that it issued, which the next decision everywhere refuses. Revoking again
 * answers the first time.
 */
export function revokeIssuer({ store }: Services, caller: Caller, issuerId: string): Promise<IssuerRevoked> {
  return store.write(async (tx, now) => {
    const row = await findOwnIssuer(tx, caller, issuerId)
    const revokedAt = row.revoked_at ?? now
    await tx
      .updateTable('issuers')
      .set({ revoked_at: revokedAt })
      .where('id', '=', issuerId)
      .where('revoked_at', 'is', null)
      .execute()
    await tx
      .updateTable('passports')
      .set({ revoked_at: revokedAt })
      .where('workspace_id', '=', caller.workspace_id)
      .where('issuer_id', '=', issuerId)
      .where('revoked_at', 'is', null)
      .execute()
    return { revoked: true, issuer_id: issuerId, revoked_at: formatTimestamp(revokedAt) }
  })
}
