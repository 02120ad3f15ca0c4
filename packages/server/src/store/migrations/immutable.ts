import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Engine } from '../store.ts'

/** Makes the database itself refuse UPDATE and DELETE on a table: history only grows. */
export async function refuseChanges(db: Kysely<unknown>, engine: Engine, table: string): Promise<void> {
  if (engine === 'postgres') {
    await sql
      .raw(
        `create or replace function modei_refuse_change() returns trigger language plpgsql as
         $$ begin raise exception '% is immutable', tg_table_name; end $$`,
      )
      .execute(db)
    // PostgreSQL copies row triggers to every partition, now and later.
    await sql
      .raw(
        `create trigger ${table}_refuse_change before update or delete on ${table}
         for each row execute function modei_refuse_change()`,
      )
      .execute(db)
    await refuseTruncate(db, table)
    return
  }
  for (const change of ['update', 'delete']) {
    await sql
      .raw(
        `create trigger ${table}_refuse_${change} before ${change} on ${table}
         begin select raise(abort, '${table} is immutable'); end`,
      )
      .execute(db)
  }
}

/** PostgreSQL's TRUNCATE fires no row trigger, and the trigger of a partitioned table not for its partitions. */
export async function refuseTruncate<DB>(db: Kysely<DB>, table: string): Promise<void> {
  await sql
    .raw(
      `create trigger ${table}_refuse_truncate before truncate on ${table}
       for each statement execute function modei_refuse_change()`,
    )
    .execute(db)
}

/**
 * A statement trigger on what was inserted, `added`; for PostgreSQL. It belongs to the table that a statement names, so
 * a partition needs its own.
 */
export async function afterInserts<DB>(
  db: Kysely<DB>,
  table: string,
  { name, call }: { name: string; call: string },
): Promise<void> {
  await sql
    .raw(
      `create trigger ${table}_${name} after insert on ${table} referencing new table as added
       for each statement execute function ${call}()`,
    )
    .execute(db)
}
