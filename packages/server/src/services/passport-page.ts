import type { Passport } from '@modei/protocol'
import type { SelectQueryBuilder } from 'kysely'
import { type Page, type Position, pageOf } from '../http/page.ts'
import type { Database } from '../store/schema.ts'
import type { Row } from '../store/store.ts'
import { before } from './paging.ts'
import { passportView } from './passport-view.ts'
import type { Services } from './services.ts'

export interface PassportFilter {
  status: 'active' | 'revoked' | 'expired' | 'all'
  agent_id?: string | undefined
}

type PassportQuery = SelectQueryBuilder<Database, 'passports', Row<'passports'>>

/** One page of the passports that `restrict` leaves, newest first. */
export async function passportPage(
  { store }: Services,
  restrict: (query: PassportQuery) => PassportQuery,
  { status, agent_id: agentId }: PassportFilter,
  limit: number,
  position: Position | undefined,
): Promise<Page<Passport[]>> {
  const now = await store.now()
  let query = restrict(store.read.selectFrom('passports').selectAll())
  if (position !== undefined) query = query.where(before(position, 'passports'))
  if (agentId !== undefined) query = query.where('agent_id', '=', agentId)
  if (status === 'revoked') query = query.where('revoked_at', 'is not', null)
  if (status === 'active') query = query.where('revoked_at', 'is', null).where('expires_at', '>', now)
  if (status === 'expired') query = query.where('revoked_at', 'is', null).where('expires_at', '<=', now)
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(
    rows,
    limit,
    (row) => ({ at: row.created_at, id: row.id }),
    (row) => passportView(row, now),
  )
}
