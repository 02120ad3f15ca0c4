import { type ApiVersion, isApiVersion, ModeiProblem } from '@modei/protocol'
import { hashApiKey, isMistypedApiKey } from '../api-key.ts'
import type { Store } from '../store/store.ts'
import type { Caller } from './call.ts'

export interface Authenticated {
  caller: Caller
  /** The API version pinned on the key. */
  api_version: ApiVersion | undefined
  /** When the key was used before, Unix milliseconds. */
  last_used_at: number | null
}

const BEARER = /^Bearer ([\x21-\x7e]{8,300})$/i

/** Every way in which a key is no good answers alike, so that nothing is learnt of keys that exist. */
function refused(): ModeiProblem {
  return new ModeiProblem('unauthenticated', 'the API key is missing or not valid')
}

/**
 * Finds out who calls.
 * @returns `undefined` when no `Authorization` header was sent at all
 * @throws {ModeiProblem} `unauthenticated` for a key that is malformed, unknown, revoked or expired
 */
export async function authenticate(
  store: Store,
  header: string | undefined,
): Promise<Authenticated | undefined> {
  if (header === undefined) return undefined
  const key = BEARER.exec(header)?.[1]
  if (key === undefined || isMistypedApiKey(key)) throw refused()
  const found = await store.findApiKey(hashApiKey(key))
  if (found === undefined || found.revoked_at !== null) throw refused()
  if (found.expires_at !== null && found.expires_at <= (await store.now())) throw refused()
  const scopes: unknown = JSON.parse(found.scopes)
  return {
    caller: {
      workspace_id: found.workspace_id,
      mode: found.mode,
      key_id: found.id,
      scopes: Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [],
    },
    api_version: isApiVersion(found.api_version) ? found.api_version : undefined,
    last_used_at: found.last_used_at,
  }
}
