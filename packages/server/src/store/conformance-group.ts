import { after, before, describe } from 'node:test'
import { type DatabaseUnderTest, openStore } from './conformance-fixture.ts'
import type { Store } from './store.ts'

/** What a group of tests works with, once its hooks have run. */
export interface Group {
  database: DatabaseUnderTest
  store: Store
  /** A second store on the same database, as another process would have it; the first where there can be but one. */
  other: Store
}

/** A group of tests on one database of their own. */
export function group(
  name: string,
  create: () => Promise<DatabaseUnderTest>,
  tests: (group: () => Group) => void,
): void {
  describe(name, () => {
    let opened: Group | undefined
    before(async () => {
      const database = await create()
      const store = await openStore(database)
      opened = { database, store, other: database.shared ? await openStore(database) : store }
    })
    after(async () => {
      await Promise.all([opened?.store.close(), opened?.other.close()])
      await opened?.database.remove()
    })
    tests(() => {
      if (opened === undefined) throw new Error('the database was not opened')
      return opened
    })
  })
}
