import type { WorkspacePublic } from '@modei/protocol'
import type { Transaction } from 'kysely'
import { apiKeyPrefix, generateApiKey, hashApiKey } from '../api-key.ts'
import { newId } from '../new-id.ts'
import type { SecretBox } from '../secret-box.ts'
import type { Database } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { findChain } from './find-chain.ts'
import { signedRetention } from './retention-statements.ts'
import type { Services } from './services.ts'
import { addSigningKey, publishedKeys } from './signing-keys.ts'

export interface NewWorkspace {
  workspace_id: string
  /** The full-access key. Shown once. */
  api_key: string
}

export interface WorkspaceOptions {
  name: string
  mode: 'live' | 'test'
  /** Use this as the first key instead of making one. */
  apiKey?: string
}

/** Makes a tenant with its signing key and a first API key that may do everything within it. */
export async function createWorkspace(
  tx: Transaction<Database>,
  box: SecretBox,
  options: WorkspaceOptions,
  now: number,
): Promise<NewWorkspace> {
  const workspaceId = newId('ws', now)
  const apiKey = options.apiKey ?? generateApiKey(options.mode)
  await tx
    .insertInto('workspaces')
    .values({ id: workspaceId, name: options.name, mode: options.mode, created_at: now, supervised_at: null })
    .execute()
  await addSigningKey(tx, box, { workspace_id: workspaceId, owner_id: workspaceId }, now)
  await tx
    .insertInto('api_keys')
    .values({
      id: newId('key', now),
      workspace_id: workspaceId,
      name: 'first key',
      hash: hashApiKey(apiKey),
      prefix: apiKeyPrefix(apiKey),
      scopes: JSON.stringify(['admin:*']),
      api_version: null,
      created_at: now,
      expires_at: null,
      revoked_at: null,
      last_used_at: null,
    })
    .execute()
  return { workspace_id: workspaceId, api_key: apiKey }
}

/**
 * Makes the first workspace of a new server.
 * @returns `undefined` when there already is one
 */
export function bootstrap(
  store: Store,
  box: SecretBox,
  apiKey: string | undefined,
): Promise<NewWorkspace | undefined> {
  return store.write(async (tx, now) => {
    const existing = await tx.selectFrom('workspaces').select('id').limit(1).executeTakeFirst()
    if (existing !== undefined) return undefined
    const mode = apiKey?.startsWith('mod_test_') === true ? 'test' : 'live'
    const options: WorkspaceOptions = { name: 'default', mode, ...(apiKey === undefined ? {} : { apiKey }) }
    return createWorkspace(tx, box, options, now)
  })
}

/** The keys that sign a workspace's records at no gate, and where those begin. Nothing else of it is told: its name is its own concern. */
export async function getWorkspacePublic(
  { store }: Services,
  owner: { workspace_id: string },
): Promise<WorkspacePublic> {
  const { workspace_id } = await findChain(store.read, owner)
  return {
    workspace_id,
    signing_keys: await publishedKeys(store.read, workspace_id),
    retention: await signedRetention(store.read, workspace_id),
  }
}
