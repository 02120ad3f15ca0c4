import { describe } from 'node:test'
import { describeBudgets } from './conformance-budgets.ts'
import { describeChanges } from './conformance-changes.ts'
import type { DatabaseUnderTest } from './conformance-fixture.ts'
import { describeLeases } from './conformance-leases.ts'
import { describeLog } from './conformance-log.ts'
import { describeQueue } from './conformance-queue.ts'
import { describeRepeats } from './conformance-repeats.ts'

export type { DatabaseUnderTest, OpenOptions } from './conformance-fixture.ts'

/**
 * What every store promises, as tests: call it in a test file of an engine.
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
