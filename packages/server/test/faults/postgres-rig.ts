import { migratePostgres } from '../../src/store/postgres/database.ts'
import { kyselyOver } from '../../src/store/postgres/kysely.ts'
import { openPool } from '../../src/store/postgres/pool.ts'
import { execute, type OwnPostgres, startOwnPostgres } from '../store/postgres-server.ts'
import { postgresUser } from '../store/postgres-user.ts'
import type { ClockRig } from './rig.ts'
import { KEY, poster, until } from './rig.ts'
import { type ServerSlot, startSlot } from './server-slot.ts'
import { makeSmallDisk, type SmallDisk } from './small-disk.ts'

export interface PostgresRig extends ClockRig {
  postgres: OwnPostgres
  slots: readonly ServerSlot[]
  /** Where its tables lie, and where its write-ahead log; or in words why they are not on small disks. */
  disks: { tables: SmallDisk; log: SmallDisk } | string
}

const HOUR_MS = 3_600_000
const SERVERS = 2
const TABLES_MIB = 64
const LOG_MIB = 32
/** Each file of the log is a new one, which needs room. */
const LOG_SETTINGS = ['min_wal_size=2MB', 'max_wal_size=8MB', 'wal_recycle=off']

/**
 * Two server processes over one PostgreSQL. The clock of each process is wrong by more than a day, one in each
 * direction, all the time: the database's alone may count.
 */
export async function startPostgresRig(scale = 1): Promise<PostgresRig> {
  const disks = makeDisks(scale)
  const postgres =
    typeof disks === 'string'
      ? await startOwnPostgres()
      : await startOwnPostgres(
          LOG_SETTINGS.flatMap((setting) => ['-c', setting]),
          [`--waldir=${disks.log.directory}`, '--wal-segsize=1'],
        )
  const tablespace = typeof disks === 'string' ? '' : 'tablespace small'
  if (typeof disks !== 'string') {
    await execute(postgres.url, `create tablespace small location '${disks.tables.directory}'`)
  }
  await execute(postgres.url, `create database modei encoding 'UTF8' template template0 ${tablespace}`)
  const address = new URL(postgres.url)
  address.pathname = '/modei'
  const url = address.href
  await migratePostgres(url)
  await makeClock(url)
  const slots = await Promise.all(
    Array.from({ length: SERVERS }, (_, i) =>
      startSlot({
        DATABASE_URL: url,
        MODEI_SECRET_KEY: 'a secret for tests, at least 32 characters',
        MODEI_BOOTSTRAP_API_KEY: KEY,
        NODE_OPTIONS: `--import=${wrongDate((i % 2 === 0 ? 1 : -1) * 36 * HOUR_MS)}`,
      }),
    ),
  )
  const pool = openPool(url, {
    max: 1,
    queryTimeoutMs: 60_000,
    connectTimeoutMs: 60_000,
    onError: () => undefined,
  })
  return {
    postgres,
    slots,
    disks,
    servers: slots.map((slot) => slot.url),
    key: KEY,
    scale,
    read: kyselyOver(pool),
    post: poster(slots[0]?.url ?? ''),
    async shiftClock(shift) {
      await execute(url, `update clock_shift set ms = ${shift}`)
    },
    async idle() {
      await until(async () => {
        const [busy] = await execute(
          url,
          `select count(*)::int as count from pg_stat_activity
           where application_name = 'modei' and state <> 'idle' and datname = 'modei'`,
        )
        return busy?.count === 0
      })
    },
    async close() {
      await Promise.all(slots.map((slot) => slot.stop()))
      await pool.end()
      await postgres.stop()
      if (typeof disks !== 'string') {
        disks.tables.remove()
        disks.log.remove()
      }
    },
  }
}

function makeDisks(scale: number): PostgresRig['disks'] {
  const owner = postgresUser()
  const tables = makeSmallDisk(TABLES_MIB * scale, owner)
  if (typeof tables === 'string') return tables
  const log = makeSmallDisk(LOG_MIB, owner)
  if (typeof log !== 'string') return { tables, log }
  tables.remove()
  return log
}

/** The database's clock cannot be set, but what a server asks it by name can be put before it. */
async function makeClock(url: string): Promise<void> {
  await execute(url, 'create table clock_shift (ms bigint not null)')
  await execute(url, 'insert into clock_shift values (0)')
  await execute(
    url,
    `create function public.clock_timestamp() returns timestamptz language sql volatile as
     $$ select pg_catalog.clock_timestamp() + (select ms from public.clock_shift) * interval '1 millisecond' $$`,
  )
  await execute(url, 'alter database modei set search_path = public, pg_catalog')
}

/** A module that sets a process's own clock wrong. */
function wrongDate(shift: number): string {
  const source = `globalThis.Date = class extends Date {
    constructor(...parts) { if (parts.length === 0) super(Date.now() + ${shift}); else super(...parts) }
    static now() { return super.now() + ${shift} }
  }`
  return `data:text/javascript,${encodeURIComponent(source)}`
}
