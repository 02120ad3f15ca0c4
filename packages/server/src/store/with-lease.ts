import { newId } from '../new-id.ts'
import type { Store } from './store.ts'

export interface Lease {
  name: string
  /** Milliseconds after which another process may take over from one that did not come back. */
  ttlMs: number
  /** Milliseconds that have to lie between the beginnings of two runs, whichever processes do them; 0 for none. */
  everyMs: number
}

interface Taken {
  name: string
  holder: string
  /** The store's clock when it was taken. */
  at: number
}

/**
 * Runs `work` unless another process that shares the database is at it, or began a run that ended well less than
 * `everyMs` ago. Only the store's clock counts: the database's, where several processes share one.
 *
 * HAZARD: nothing stops work that outlives its lease, and then two processes are at it. So a lease saves work and
 * guards nothing: `work` must do no harm when it runs twice, or twice at once.
 * @returns whether `work` ran
 */
export async function withLease(store: Store, lease: Lease, work: () => Promise<void>): Promise<boolean> {
  const taken = await take(store, lease)
  if (taken === undefined) return false
  try {
    await work()
  } catch (error) {
    // Left where it is when even that fails: it expires by itself, and the first error is the one to tell.
    await giveBack(store, taken, false).catch(() => undefined)
    throw error
  }
  await giveBack(store, taken, true)
  return true
}

function take(store: Store, { name, ttlMs, everyMs }: Lease): Promise<Taken | undefined> {
  return store.write(async (tx, now) => {
    const row = await tx.selectFrom('leases').selectAll().where('name', '=', name).executeTakeFirst()
    const ranAt = row?.ran_at ?? null
    if (row !== undefined && now < row.expires_at) return undefined
    // A run in the future was noted before the clock was set back, and would keep the job from running until then.
    if (ranAt !== null && ranAt <= now && now < ranAt + everyMs) return undefined
    const mine = { holder: newId('run', now), expires_at: now + ttlMs }
    await tx
      .insertInto('leases')
      .values({ name, ...mine, ran_at: null })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(mine))
      .execute()
    return { name, holder: mine.holder, at: now }
  })
}

/** Does nothing to a lease that another run took over meanwhile. */
function giveBack(store: Store, { name, holder, at }: Taken, completed: boolean): Promise<void> {
  return store.write(async (tx) => {
    await tx
      .updateTable('leases')
      .set({ expires_at: 0, ...(completed ? { ran_at: at } : {}) })
      .where('name', '=', name)
      .where('holder', '=', holder)
      .execute()
  })
}
