import { formatTimestamp, type SupervisionHeartbeatResult } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import type { Services } from './services.ts'

/** Notes that the workspace is watched, for passports that `core:safety:fail_closed` stops when it is not. */
export function sendSupervisionHeartbeat(
  { store }: Services,
  caller: Caller,
): Promise<SupervisionHeartbeatResult> {
  return store.write(async (tx, now) => {
    await tx
      .updateTable('workspaces')
      .set({ supervised_at: now })
      .where('id', '=', caller.workspace_id)
      // A clock set back takes no sign of life away.
      .where((row) => row.or([row('supervised_at', 'is', null), row('supervised_at', '<', now)]))
      .execute()
    return { ok: true, last_seen_at: formatTimestamp(now) }
  })
}
