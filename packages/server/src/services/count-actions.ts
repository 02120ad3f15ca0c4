import type { Kysely } from 'kysely'
import { readPassportLine } from '../store/passport-line.ts'
import type { Database } from '../store/schema.ts'

/** As many names as counters keep. */
const MAX_ACTIONS = 256

/** How often each action was permitted since a moment, from the log: by the passport and its descendants. */
export async function countActions(
  db: Kysely<Database>,
  workspaceId: string,
  counterKey: string,
  since: number,
): Promise<Record<string, number>> {
  const own = await db
    .selectFrom('attestations')
    .select(['action', ({ fn }) => fn.countAll<number>().as('permits')])
    .where('workspace_id', '=', workspaceId)
    .where('sequence_key', 'in', await readPassportLine(db, counterKey))
    .where('counter_key', '=', counterKey)
    .where('created_at', '>=', since)
    .groupBy('action')
    .limit(MAX_ACTIONS)
    .execute()
  const charged = await db
    .selectFrom('ancestor_charges')
    .select(['action', ({ fn }) => fn.countAll<number>().as('permits')])
    .where('workspace_id', '=', workspaceId)
    .where('counter_key', '=', counterKey)
    .where('at', '>=', since)
    .groupBy('action')
    .limit(MAX_ACTIONS)
    .execute()
  const counts = new Map<string, number>()
  for (const { action, permits } of [...own, ...charged]) {
    if (action !== null) counts.set(action, (counts.get(action) ?? 0) + permits)
  }
  return Object.fromEntries(counts)
}
