import { ModeiProblem } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { resolveApproval } from './resolve-approval.ts'
import type { Services } from './services.ts'

/** Denies every hold that waits at a gate, each with its own record. */
export async function denyOpenHolds(services: Services, caller: Caller, gateId: string): Promise<void> {
  const { store } = services
  const now = await store.now()
  const open = await store.read
    .selectFrom('approvals')
    .select('id')
    .where('gate_id', '=', gateId)
    .where('status', '=', 'pending')
    .where('expires_at', '>', now)
    .execute()
  await Promise.all(
    open.map(async ({ id }) => {
      try {
        await resolveApproval(services, caller, id, 'denied', 'the gate was archived', null)
      } catch (error) {
        // Resolved or expired in the meantime: it no longer waits, which is all that is wanted.
        if (!(error instanceof ModeiProblem && error.code === 'illegal_transition')) throw error
      }
    }),
  )
}
