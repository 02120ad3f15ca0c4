import { describe } from 'node:test'
import { describeBudgets } from './conformance-budgets.ts'
import { describeChanges } from './conformance-changes.ts'
import type { DatabaseUnderTest } from './conformance-fixture.ts'
import { describeLeases } from './conformance-leases.ts'
import { describeLog } from './conformance-log.ts'
import { describeQueue } from './conformance-queue.ts'
import { describeRepeats } from './conformance-repeats.ts'

export type { DatabaseUnderTest, OpenOptions } from './conformance-fixture.ts'
export type { FlushObserver, GroupCommitOptions } from './group-commit.ts'
export type { Store } from './store.ts'

/**
 * What every {@link Store} promises, as tests for `node --test`: exact limits under races, one chain without gaps, answers
 * only after the disk, replays, leases. An engine passes all of it or may not decide.
 *
 * The author of another engine writes one test file and runs it with Node 24:
 *
 * ```ts
 * import { describeStore } from '@modei/server/store-suite'
 *
 * describeStore('CockroachDB', async () => {
 *   const name = await createEmptyDatabase()
 *   return {
 *     shared: true, // several processes may have it open at once, and then the suite races them
 *     open: (options) => openCockroachStore(name, options), // migrates first; hands `options` to its `GroupCommit`
 *     remove: () => dropDatabase(name),
 *   }
 * })
 * ```
 *
 * Each call of `open` stands for a new process: it shares nothing in memory with another. What `open` is given must reach
 * the engine's `GroupCommit` as it is, above all the signer. The suite makes its rows through `Store.write`, in the tables
 * of `schema.ts`, so the engine needs Kysely over the same tables and nothing else of its own.
 * @param create makes an empty database; the suite opens stores on it and removes it
 */
export function describeStore(name: string, create: () => Promise<DatabaseUnderTest>): void {
  describe(`store on ${name}`, () => {
    describeLog(create)
    describeBudgets(create)
    describeRepeats(create)
    describeChanges(create)
    describeQueue(create)
    describeLeases(create)
  })
}
