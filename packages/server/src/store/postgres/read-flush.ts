import { type PastPermit, targetHost } from '@modei/core'
import type { PoolClient, QueryResultRow } from 'pg'
import type { SigningKeyRow } from '../flush.ts'
import { passportLine } from '../passport-line.ts'
import type { LivePassport, Row } from '../store.ts'
import { NOW } from './database-time.ts'
import { PostgresFlushView } from './flush-view.ts'
import { roundTrip, type Statement, type StatementResult, type TripOptions } from './round-trip.ts'
import type { WantedRows } from './wanted-rows.ts'

export interface OpenFlush {
  view: PostgresFlushView
  /** By which the outcome can be asked for when the connection breaks in the commit. */
  transaction_id: string
}

/**
 * Locks what a flush will write and reads all that its jobs name, in one round trip with what is to be sent before.
 * INVARIANT: locks are taken in one order everywhere (chains by id, then counters by id), so flushes never wait for
 * each other in a circle. What follows is read by later statements, so it is as the last holder of the locks left it.
 * A row that does not exist cannot be locked: two flushes that both make it meet in its unique constraint.
 */
export async function openFlush(
  client: PoolClient,
  { clock, ...trip }: TripOptions & { clock(databaseTime: number): number },
  wanted: WantedRows,
  before: readonly Statement[],
): Promise<OpenFlush> {
  const statements = [...before]
  const ask: Ask = (text, ...ids) => lookUp(statements, text, ids)
  const lookUps = { ...locks(ask, wanted), ...reads(ask, wanted) }
  const { time, ...rows } = foundBy(lookUps, await roundTrip(client, statements, trip))
  const [moment] = time
  if (moment === undefined) throw new Error('the database told no time')
  return {
    view: new PostgresFlushView(
      wanted,
      { ...rows, now: clock(moment.now) },
      (workspaceId, counterKey, since) => pastPermits(client, trip, workspaceId, counterKey, since),
    ),
    transaction_id: moment.transaction_id,
  }
}

function locks(ask: Ask, { chains, counters }: WantedRows) {
  return {
    chains: ask<Row<'chains'>>(
      'select * from chains where chain_id = any($1::text[]) order by chain_id for update',
      chains,
    ),
    counters: ask<Row<'counters'>>(
      `select c.* from counters c
       join unnest($1::text[], $2::text[]) as k (w, c) on c.workspace_id = k.w and c.counter_key = k.c
       order by c.workspace_id, c.counter_key for update of c`,
      counters.map(({ workspace_id }) => workspace_id),
      counters.map(({ counter_key }) => counter_key),
    ),
    time: ask<{ now: number; transaction_id: string }>(
      `select ${NOW} as now,
       pg_current_xact_id()::text as transaction_id`,
    ),
  }
}

function reads(ask: Ask, wanted: WantedRows) {
  const { nonces, claims } = wanted
  return {
    gates: ask<Row<'gates'>>('select * from gates where id = any($1::text[])', wanted.gates),
    issuers: ask<Row<'issuers'>>('select * from issuers where id = any($1::text[])', wanted.issuers),
    passports: ask<LivePassport>(
      `select id, workspace_id, revoked_at, constraint_version, set_constraints from passports
       where id = any($1::text[])`,
      wanted.passports,
    ),
    workspaces: ask<Pick<Row<'workspaces'>, 'id' | 'supervised_at'>>(
      'select id, supervised_at from workspaces where id = any($1::text[])',
      wanted.workspaces,
    ),
    revocations: ask<Row<'revocations'>>(
      'select * from revocations where revocation_key = any($1::text[])',
      wanted.revocations,
    ),
    keys: ask<SigningKeyRow & { owner_id: string }>(
      `select owner_id, id, public_key, sealed_seed from signing_keys
       where owner_id = any($1::text[]) and status = 'active'`,
      wanted.chains,
    ),
    approvals: ask<Row<'approvals'>>('select * from approvals where id = any($1::text[])', wanted.approvals),
    nonces: ask<Pick<Row<'nonces'>, 'scope' | 'nonce'>>(
      `select n.scope, n.nonce from nonces n
       join unnest($1::text[], $2::text[]) as k (s, n) on n.scope = k.s and n.nonce = k.n`,
      nonces.map(({ scope }) => scope),
      nonces.map(({ nonce }) => nonce),
    ),
    idempotency: ask<Row<'idempotency'>>(
      `select i.* from idempotency i
       join unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as k (w, a, m, p, i)
       on i.workspace_id = k.w and i.key_id = k.a and i.method = k.m and i.path = k.p and i.idempotency_key = k.i`,
      claims.map(({ workspace_id }) => workspace_id),
      claims.map(({ key_id }) => key_id),
      claims.map(({ method }) => method),
      claims.map(({ path }) => path),
      claims.map(({ idempotency_key }) => idempotency_key),
    ),
  }
}

/** Takes the rows of one look-up out of what a trip brought. */
type LookUp<R> = (results: readonly StatementResult[]) => R[]
type Ask = <R extends QueryResultRow>(text: string, ...ids: string[][]) => LookUp<R>

/** Adds one look-up by lists of ids to a trip, unless it looks for nothing. */
function lookUp<R extends QueryResultRow>(
  statements: Statement[],
  text: string,
  ids: readonly string[][],
): LookUp<R> {
  if (ids.length > 0 && ids.every((list) => list.length === 0)) return () => []
  return look<R>(statements, { text, parameters: ids.map((values) => ({ element: 'text', values })) })
}

function look<R extends QueryResultRow>(
  statements: Statement[],
  statement: Omit<Statement, 'reads'>,
): LookUp<R> {
  const at = statements.length
  statements.push({ ...statement, reads: true })
  return (results) => {
    const found = results[at]
    if (found === undefined) throw new Error('a look-up was not answered')
    // The text says what its rows are.
    return found.rows as R[]
  }
}

type Found<T extends Readonly<Record<string, LookUp<unknown>>>> = { [K in keyof T]: ReturnType<T[K]> }

function foundBy<T extends Readonly<Record<string, LookUp<unknown>>>>(
  lookUps: T,
  results: readonly StatementResult[],
): Found<T> {
  const found = Object.entries(lookUps).map(([name, rows]) => [name, rows(results)])
  // The same keys with what their look-ups found.
  return Object.fromEntries(found) as Found<T>
}

/** Past permits charged to a counter: its passports' own, from the log, and what their descendants charged. */
async function pastPermits(
  client: PoolClient,
  trip: TripOptions,
  workspaceId: string,
  counterKey: string,
  since: number,
): Promise<PastPermit[]> {
  const statements: Statement[] = []
  const permits = look<Omit<PastPermit, 'target_host'> & { target: string | null }>(statements, {
    text: `select created_at as at, action, cost_cents, target from attestations
     where workspace_id = $1 and counter_key = $2 and created_at >= $3
     and sequence_key in (${passportLine('$2')} union select $2)
     union all
     select at, action, cost_cents, target_host from ancestor_charges
     where workspace_id = $1 and counter_key = $2 and at >= $3`,
    parameters: [workspaceId, counterKey, `${since}`],
  })
  const rows = permits(await roundTrip(client, statements, trip))
  return rows.map(({ target, ...permit }) => ({
    ...permit,
    target_host: target === null ? undefined : targetHost(target),
  }))
}
