import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { box, makeWorld, spend, times, type World } from '../../src/store/conformance-fixture.ts'
import { logOf } from '../../src/store/conformance-log.ts'
import { Signer } from '../../src/store/signer.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'

/** A batch as it was taken: of how many, and how many were on their way to the disk then. */
interface Taken {
  size: number
  inFlight: number
}

interface Observed {
  store: Store
  world: World
  /** Decides once, like a caller who asks again as soon as he is answered. */
  decide(): Promise<unknown>
  batches: Taken[]
}

async function observed(t: TestContext): Promise<Observed> {
  const directory = mkdtempSync(join(tmpdir(), 'modei-halves-'))
  let inFlight = 0
  const observer = {
    onFlush: (size: number) => {
      inFlight -= size
    },
    onCommit() {},
    onSync() {},
  }
  const store = await openSqliteStore(join(directory, 'modei.db'), { signer: new Signer(box), observer })
  t.after(async () => {
    await store.close()
    rmSync(directory, { recursive: true, force: true })
  })
  const world = await makeWorld(store)
  const batches: Taken[] = []
  // All decisions of a batch are told, one right after the other.
  let told = 0
  const onBatch = (size: number) => {
    if (told === 0) {
      batches.push({ size, inFlight })
      inFlight += size
    }
    told = (told + 1) % size
  }
  return { store, world, decide: () => store.decide({ ...spend(world), onBatch }), batches }
}

/**
 * So many callers, each of whom asks so often.
 * @param turns of the event loop, within which those who were answered together come back, none in the same; 0 for at once
 */
async function ask({ decide }: Observed, callers: number, each: number, turns = 0): Promise<void> {
  await Promise.all(
    times(callers, async (caller) => {
      for (let i = 0; i < each; i += 1) {
        await decide()
        const wait = turns === 0 ? 0 : 1 + ((caller * 7) % turns)
        for (let turn = 0; turn < wait; turn += 1) await setImmediate()
      }
    }),
  )
}

test('of many callers who ask again at once, no batch takes more than half, and the other is decided meanwhile', async (t) => {
  const seen = await observed(t)
  await ask(seen, 50, 30)
  assert.deepEqual(seen.batches.slice(0, 2), [
    { size: 25, inFlight: 0 },
    { size: 25, inFlight: 25 },
  ])
  assert.ok(Math.max(...seen.batches.map(({ size }) => size)) <= 25)
  assert.equal((await logOf(seen.store, seen.world.chain_id)).length, 50 * 30)
})

test('while a half is on its way to the disk, the next batch waits until it is nearly as large', async (t) => {
  const seen = await observed(t)
  await ask(seen, 50, 30, 12)
  const early = seen.batches.filter(
    ({ size, inFlight }) => size + inFlight >= 16 && size < Math.ceil(inFlight * 0.7),
  )
  assert.deepEqual(early, [])
})

test('of few callers a batch takes all who wait, and each is answered', async (t) => {
  const seen = await observed(t)
  await ask(seen, 15, 30)
  assert.equal(seen.batches[0]?.size, 15)
  const sizes = seen.batches.map(({ size }) => size)
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    15 * 30,
  )
})

test('a caller who asks alone beside many is answered, though none comes to make up his half', async (t) => {
  const seen = await observed(t)
  await Promise.all([ask(seen, 40, 1), ask(seen, 1, 20)])
  assert.equal((await logOf(seen.store, seen.world.chain_id)).length, 60)
})
