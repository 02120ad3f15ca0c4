import { type ConstraintVersion, formatTimestamp } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { Page } from '../http/page.ts'
import { findOwnPassport } from './constraints.ts'
import { jsonObject } from './json.ts'
import { indexCursor } from './paging.ts'
import type { Services } from './services.ts'

/** The versions of what was set, newest first. */
export async function listConstraintHistory(
  services: Services,
  caller: Caller,
  passportId: string,
  limit: number,
  cursor: string | undefined,
): Promise<Page<ConstraintVersion[]>> {
  await findOwnPassport(services, caller, passportId)
  let query = services.store.read
    .selectFrom('constraint_versions')
    .selectAll()
    .where('passport_id', '=', passportId)
    .where('workspace_id', '=', caller.workspace_id)
  const after = indexCursor(cursor)
  if (after !== undefined) query = query.where('version', '<', after)
  const rows = await query
    .orderBy('version', 'desc')
    .limit(limit + 1)
    .execute()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return new Page(
    shown.map(({ version, constraints, set_by, set_at }) => ({
      version,
      constraints: jsonObject(constraints),
      set_by,
      set_at: formatTimestamp(set_at),
    })),
    rows.length > limit && last !== undefined ? String(last.version) : undefined,
  )
}
