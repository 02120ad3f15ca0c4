import {
  APPROVAL_COLUMNS,
  ATTESTATION_COLUMNS,
  CHAIN_COLUMNS,
  CHARGE_COLUMNS,
  COUNTER_COLUMNS,
  type ColumnType,
  columnNames,
  IDEMPOTENCY_COLUMNS,
  NONCE_COLUMNS,
  overwritten,
  ROW_KEYS,
} from '../columns.ts'
import type { FlushWrites } from '../flush.ts'
import type { PostgresFlushView } from './flush-view.ts'
import type { ListParameter } from './packet.ts'
import type { Statement } from './round-trip.ts'
import { claimKey, compound } from './wanted-rows.ts'

type Cell = string | number | null
type Columns<C extends string> = Readonly<Record<C, ColumnType>>
type Rows<C extends string> = readonly { readonly [K in C]: Cell }[]

/**
 * One statement per table for all rows of a flush. Rows that did not exist are inserted and nothing else, so that
 * two flushes that both make one cannot overwrite each other; new rows go in one order everywhere, and begin at nothing.
 */
export function flushStatements(writes: FlushWrites, view: PostgresFlushView): Statement[] {
  const chains = sorted(writes.chains, (row) => row.chain_id)
  const counters = sorted(writes.counters, (row) => compound(row.workspace_id, row.counter_key))
  const isNewChain = (row: FlushWrites['chains'][number]) => view.chain(row.chain_id) === undefined
  const isNewCounter = (row: FlushWrites['counters'][number]) =>
    view.counter(row.workspace_id, row.counter_key) === undefined
  // Found and yet decided anew: an answer that is too old to be replayed gives way.
  const outdated = writes.idempotency.filter(
    (row) => view.idempotent({ ...row, encode: never }) !== undefined,
  )
  return [
    insert(
      'chains',
      CHAIN_COLUMNS,
      chains.filter(isNewChain).map((row) => ({ ...row, head_index: 0 })),
    ),
    insert(
      'counters',
      COUNTER_COLUMNS,
      counters.filter(isNewCounter).map((row) => ({ ...row, sequence_number: 0, state: null })),
    ),
    // The log refuses what is not behind the head of its chain, so the heads move afterwards.
    insert('attestations', ATTESTATION_COLUMNS, writes.attestations),
    update('chains', CHAIN_COLUMNS, ROW_KEYS.chains, chains),
    update('counters', COUNTER_COLUMNS, ROW_KEYS.counters, counters),
    insert('ancestor_charges', CHARGE_COLUMNS, writes.ancestor_charges),
    upsertApprovals(writes.approvals),
    insert(
      'nonces',
      NONCE_COLUMNS,
      sorted(writes.nonces, (row) => compound(row.scope, row.nonce)),
    ),
    remove('idempotency', IDEMPOTENCY_COLUMNS, ROW_KEYS.idempotency, outdated),
    insert('idempotency', IDEMPOTENCY_COLUMNS, sorted(writes.idempotency, claimKey)),
  ].filter((statement) => statement !== undefined)
}

function sorted<R>(rows: readonly R[], key: (row: R) => string): R[] {
  return rows
    .map((row) => ({ row, key: key(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row)
}

function parameters<C extends string>(
  columns: Columns<C>,
  names: readonly C[],
  rows: Rows<C>,
): ListParameter[] {
  return names.map((name) =>
    columns[name] === 'text'
      ? { element: 'text', values: rows.map((row) => textCell(row[name])) }
      : { element: 'bigint', values: rows.map((row) => numberCell(row[name])) },
  )
}

function textCell(cell: Cell): string | null {
  if (typeof cell === 'number') throw new TypeError('a text column got a number')
  return cell
}

function numberCell(cell: Cell): number | null {
  if (typeof cell === 'string') throw new TypeError('a number column got a text')
  return cell
}

/** Its arrays are taken apart in step and row by row: as one function in FROM each would be stored first. */
function rowsOf<C extends string>(columns: Columns<C>, names: readonly C[]): string {
  return `select ${names.map((name, index) => `unnest($${index + 1}::${columns[name]}[])`).join(', ')}`
}

function insert<C extends string>(table: string, columns: Columns<C>, rows: Rows<C>): Statement | undefined {
  if (rows.length === 0) return undefined
  const names = columnNames(columns)
  return {
    text: `insert into ${table} (${names.join(', ')}) ${rowsOf(columns, names)}`,
    parameters: parameters(columns, names, rows),
    reads: false,
  }
}

function update<C extends string>(
  table: string,
  columns: Columns<C>,
  key: readonly C[],
  rows: Rows<C>,
): Statement | undefined {
  if (rows.length === 0) return undefined
  const names = columnNames(columns)
  const changed = names.filter((name) => !key.includes(name))
  return {
    text: `update ${table} t set ${changed.map((name) => `${name} = v.${name}`).join(', ')}
      from (${rowsOf(columns, names)}) as v (${names.join(', ')})
      where ${key.map((name) => `t.${name} = v.${name}`).join(' and ')}`,
    parameters: parameters(columns, names, rows),
    reads: false,
  }
}

function remove<C extends string>(
  table: string,
  columns: Columns<C>,
  key: readonly C[],
  rows: Rows<C>,
): Statement | undefined {
  if (rows.length === 0) return undefined
  return {
    text: `delete from ${table} t using (${rowsOf(columns, key)}) as v (${key.join(', ')})
      where ${key.map((name) => `t.${name} = v.${name}`).join(' and ')}`,
    parameters: parameters(columns, key, rows),
    reads: false,
  }
}

function upsertApprovals(rows: FlushWrites['approvals']): Statement | undefined {
  const inserted = insert('approvals', APPROVAL_COLUMNS, rows)
  if (inserted === undefined) return undefined
  return {
    ...inserted,
    text: `${inserted.text} ${overwritten(ROW_KEYS.approvals, columnNames(APPROVAL_COLUMNS))}`,
  }
}

function never(): never {
  throw new Error('a stored answer is not encoded again')
}
