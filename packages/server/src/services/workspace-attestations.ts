import type { Caller } from '../http/call.ts'
import { decodeCursor, type Page, type Position, pageOf } from '../http/page.ts'
import type { Row } from '../store/store.ts'
import { filtered, type WorkspaceFilter } from './attestation-filter.ts'
import { type AttestationView, attestationView, queryTime } from './attestations.ts'
import { SLICE } from './read-downwards.ts'
import { recordPlaces } from './record-places.ts'
import type { Services } from './services.ts'

/** What kinds of id records have. Each holds the time of its record, so the index of ids is one of times too. */
const PREFIXES = ['att', 'ca', 'enf', 'sys'] as const
const TIME_DIGITS = 9

/**
 * The records of the workspace over all its chains, newest first. They are read by id, one kind after the other, and
 * merged: an index of its own would cost every decision.
 */
export async function listWorkspaceAttestations(
  services: Services,
  caller: Caller,
  filter: WorkspaceFilter,
  limit: number,
  cursor: string | undefined,
): Promise<Page<AttestationView[]>> {
  const position = decodeCursor(cursor)
  const kinds = await Promise.all(
    PREFIXES.map((prefix) => newestOf(services, caller, filter, prefix, limit + 1, position)),
  )
  const rows = kinds
    .flat()
    .sort(newestFirst)
    .slice(0, limit + 1)
  const place = await recordPlaces(services, rows)
  return pageOf(
    rows,
    limit,
    (row) => ({ at: row.created_at, id: row.id }),
    (row) => attestationView(row, place(row)),
  )
}

async function newestOf(
  { store }: Services,
  caller: Caller,
  filter: WorkspaceFilter,
  prefix: string,
  limit: number,
  position: Position | undefined,
): Promise<Row<'attestations'>[]> {
  let range = store.scan
    .selectFrom('attestations')
    .where('workspace_id', '=', caller.workspace_id)
    .where('id', '>', lowestId(prefix, filter.after))
    .where('id', '<', highestId(prefix, filter.before))
    .orderBy('id', 'desc')
  if (position !== undefined) {
    const [kind = '', rest = ''] = position.id.split('_', 2)
    range = range.where('id', prefix < kind ? '<=' : '<', `${prefix}_${rest}`)
  }
  // In slices, as `readDownwards`. There is no number to cut at, so the index of ids tells where each begins.
  const rows: Row<'attestations'>[] = []
  const isSelective = selectsFew(filter)
  let end: string | undefined
  do {
    const left = end === undefined ? range : range.where('id', '<=', end)
    end = isSelective ? (await left.select('id').offset(SLICE).limit(1).executeTakeFirst())?.id : undefined
    const slice = end === undefined ? left : left.where('id', '>', end)
    const found = slice
      .selectAll()
      .where(filtered(filter))
      .limit(limit - rows.length)
    rows.push(...(await found.execute()))
  } while (end !== undefined && rows.length < limit)
  return rows
}

/** Whether most records may not match, apart from those of other times. */
function selectsFew({ after: _after, before: _before, ...others }: WorkspaceFilter): boolean {
  return Object.values(others).some((wanted) => wanted !== undefined)
}

function lowestId(prefix: string, after: string | undefined): string {
  return after === undefined ? `${prefix}_` : `${prefix}_${timeDigits(queryTime(after))}`
}

/** Above every id of a kind: the character after the underscore, or the digits of a time that is too late. */
function highestId(prefix: string, before: string | undefined): string {
  return before === undefined ? `${prefix}\`` : `${prefix}_${timeDigits(queryTime(before))}`
}

function timeDigits(ms: number): string {
  return Math.max(0, Math.floor(ms)).toString(36).padStart(TIME_DIGITS, '0')
}

/** By time, and within one moment in the order of ids. */
function newestFirst(a: Row<'attestations'>, b: Row<'attestations'>): number {
  const [kindA = '', restA = ''] = a.id.split('_', 2)
  const [kindB = '', restB = ''] = b.id.split('_', 2)
  if (restA !== restB) return restA < restB ? 1 : -1
  return kindA < kindB ? 1 : -1
}
