import type { Pool } from 'pg'

const MIN_VERSION = 150_000

export interface ServerSettings {
  /** The server answers a commit before it is on disk, unless a transaction asks for more. */
  commits_asynchronously: boolean
  /** It was built with LZ4, which compresses a record several times as fast as what PostgreSQL always has. */
  has_lz4: boolean
}

/** Reads what matters of the server's settings; throws when it cannot keep this store's promises. */
export async function checkServer(pool: Pool): Promise<ServerSettings> {
  const { rows } = await pool.query<{
    version: number
    encoding: string
    synchronous_commit: string
    has_lz4: boolean
  }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
     current_setting('synchronous_commit') as synchronous_commit,
     'lz4' = any((select enumvals from pg_settings where name = 'default_toast_compression')::text[]) as has_lz4`,
  )
  const [settings] = rows
  if (settings === undefined) throw new Error('the database told nothing of its settings')
  if (settings.version < MIN_VERSION) {
    throw new Error(
      `PostgreSQL 15 or newer is needed, and DATABASE_URL leads to ${Math.floor(settings.version / 10_000)}`,
    )
  }
  if (settings.encoding !== 'UTF8') {
    throw new Error(
      `the database must be encoded in UTF8, and DATABASE_URL leads to one in ${settings.encoding}`,
    )
  }
  return { commits_asynchronously: settings.synchronous_commit === 'off', has_lz4: settings.has_lz4 }
}
