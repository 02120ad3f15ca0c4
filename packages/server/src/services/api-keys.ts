import {
  type ApiKey,
  type ApiKeyCreated,
  formatTimestamp,
  isApiVersion,
  ModeiProblem,
  missingScopes,
  parseDuration,
} from '@modei/protocol'
import { apiKeyPrefix, generateApiKey, hashApiKey } from '../api-key.ts'
import type { Caller } from '../http/call.ts'
import { type Page, type Position, pageOf } from '../http/page.ts'
import { newId } from '../new-id.ts'
import type { IdempotencyClaim, Row } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import { before } from './paging.ts'
import type { Services } from './services.ts'

export interface NewApiKey {
  name: string
  scopes?: readonly string[] | undefined
  expires_in?: string | undefined
  api_version?: string | undefined
}

function view(row: Row<'api_keys'>): ApiKey {
  const scopes: unknown = JSON.parse(row.scopes)
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: Array.isArray(scopes) ? scopes.map(String) : [],
    api_version: isApiVersion(row.api_version) ? row.api_version : null,
    created_at: formatTimestamp(row.created_at),
    expires_at: row.expires_at === null ? null : formatTimestamp(row.expires_at),
    last_used_at: row.last_used_at === null ? null : formatTimestamp(row.last_used_at),
  }
}

/** Makes a key of the caller's workspace that can do no more than the caller can. */
export function createApiKey(
  { store }: Services,
  caller: Caller,
  request: NewApiKey,
  claim: IdempotencyClaim | null,
): Promise<ApiKeyCreated> {
  const scopes = [...new Set(request.scopes ?? caller.scopes)]
  const lacking = missingScopes(caller.scopes, scopes)
  if (lacking.length > 0) {
    throw new ModeiProblem(
      'forbidden',
      `this API key lacks the scope \`${lacking[0]}\` that the new key would have`,
      {
        extra: { required_scope: lacking[0] },
      },
    )
  }
  return writeOnce(store, claim, async (tx, now) => {
    const key = generateApiKey(caller.mode)
    const seconds = request.expires_in === undefined ? undefined : parseDuration(request.expires_in)
    const row: Row<'api_keys'> = {
      id: newId('key', now),
      workspace_id: caller.workspace_id,
      name: request.name,
      hash: hashApiKey(key),
      prefix: apiKeyPrefix(key),
      scopes: JSON.stringify(scopes),
      api_version: request.api_version ?? null,
      created_at: now,
      expires_at: seconds === undefined ? null : now + seconds * 1000,
      revoked_at: null,
      last_used_at: null,
    }
    await tx.insertInto('api_keys').values(row).execute()
    return { ...view(row), key }
  })
}

export async function listApiKeys(
  { store }: Services,
  caller: Caller,
  limit: number,
  position: Position | undefined,
): Promise<Page<ApiKey[]>> {
  const rows = await store.read
    .selectFrom('api_keys')
    .selectAll()
    .where('workspace_id', '=', caller.workspace_id)
    .where('revoked_at', 'is', null)
    .$if(position !== undefined, (query) => query.where(before(position, 'api_keys')))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, (row) => ({ at: row.created_at, id: row.id }), view)
}

/** Revokes a key; its very next request is refused. Revoking again answers the same. */
export function revokeApiKey({ store }: Services, caller: Caller, keyId: string): Promise<{ revoked: true }> {
  return store.write(async (tx, now) => {
    const row = await tx
      .selectFrom('api_keys')
      .select('revoked_at')
      .where('id', '=', keyId)
      .where('workspace_id', '=', caller.workspace_id)
      .executeTakeFirst()
    if (row === undefined) throw new ModeiProblem('not_found', `no API key \`${keyId}\``)
    if (row.revoked_at === null)
      await tx.updateTable('api_keys').set({ revoked_at: now }).where('id', '=', keyId).execute()
    return { revoked: true }
  })
}
