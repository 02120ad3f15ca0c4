import type { Kysely } from 'kysely'
import type { Database } from './schema.ts'

/**
 * A query for the ids of a passport and of those that replaced it, which go on counting with its counters. They are in
 * the workspace of whoever issued it, which need not be that of the gate where it is used.
 * @param counterKey the parameter of the statement that stands for the id of the first of them
 */
export function passportLine(counterKey: string): string {
  return `select id from passports where counter_key = ${counterKey}
    and workspace_id = (select workspace_id from passports where id = ${counterKey})`
}

/** What that query finds, and the key itself, which need not be that of a passport that was issued here. */
export async function readPassportLine(db: Kysely<Database>, counterKey: string): Promise<string[]> {
  const line = await db
    .selectFrom('passports')
    .select('id')
    .where('counter_key', '=', counterKey)
    .where('workspace_id', '=', ({ selectFrom }) =>
      selectFrom('passports as first').select('first.workspace_id').where('first.id', '=', counterKey),
    )
    .execute()
  return [...new Set([counterKey, ...line.map(({ id }) => id)])]
}
