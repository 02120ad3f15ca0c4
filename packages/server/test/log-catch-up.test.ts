import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { encodeBase64, growEdge, type HashedNode, joinNodes, leafHash, utf8Bytes } from '@modei/protocol'
import { sealChains } from '../src/services/seal-chains.ts'
import { type Harness, startServer } from './harness.ts'
import { issue, openGate } from './shop.ts'

/** A server with a gate, and what decides so many times at it. */
async function openLog(t: TestContext) {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['read'])
  const decide = async (count: number) => {
    const body = { passport_id, action: 'read' }
    await Promise.all(Array.from({ length: count }, () => server.request('POST', '/api/enforce', body)))
  }
  return { server, decide }
}

/** One run of the job, that goes through so many records. */
function run(server: Harness, records?: number, signal?: AbortSignal): Promise<void> {
  return sealChains(server.app.services, signal, records)
}

async function storedBlocks(server: Harness, gate = 'gate_shop'): Promise<number> {
  const rows = await server.store.read
    .selectFrom('merkle_nodes')
    .select('node_index')
    .where('chain_id', '=', gate)
    .where('level', '=', 4)
    .execute()
  return rows.length
}

/** The root over the records as they are, of one pass over all of them. */
async function rootAtOnce(server: Harness): Promise<string> {
  const rows = await server.store.read
    .selectFrom('attestations')
    .select('attestation_json')
    .where('chain_id', '=', 'gate_shop')
    .orderBy('chain_index')
    .execute()
  const edge: HashedNode[] = []
  growEdge(
    edge,
    0,
    rows.map(({ attestation_json }) => leafHash(utf8Bytes(attestation_json))),
  )
  return encodeBase64(joinNodes(edge.map(({ hash }) => hash)))
}

async function assertRoot(server: Harness, size: number): Promise<void> {
  const { body } = await server.request('GET', '/api/gates/gate_shop/log/checkpoint', undefined, {
    key: null,
  })
  assert.deepEqual([body.tree_size, body.root_hash], [size, await rootAtOnce(server)])
}

test('a long log catches up over several runs, each of which is bounded, to the same root', async (t) => {
  const { server, decide } = await openLog(t)
  await decide(600)
  const seen: number[] = []
  for (let i = 0; i < 3; i += 1) {
    await run(server, 250)
    seen.push(await storedBlocks(server))
  }
  // 15 whole blocks are in 250 records, and 37 in 600.
  assert.deepEqual(seen, [15, 30, 37])
  await assertRoot(server, 600)
})

test('records that arrive between the runs are in the tree', async (t) => {
  const { server, decide } = await openLog(t)
  await decide(400)
  await run(server, 200)
  await decide(100)
  await run(server, 200)
  const growing = run(server)
  await decide(100)
  await growing
  await run(server)
  assert.equal(await storedBlocks(server), Math.floor(600 / 16))
  await assertRoot(server, 600)
})

test('a run that is stopped between two steps is gone on with by the next one', async (t) => {
  const { server, decide } = await openLog(t)
  await decide(300)
  const { services } = server.app
  const stopping = new AbortController()
  const store: typeof services.store = {
    ...services.store,
    async write(work) {
      const result = await services.store.write(work)
      if ((await storedBlocks(server)) > 0) stopping.abort()
      return result
    },
  }
  await assert.rejects(sealChains({ ...services, store }, stopping.signal), { name: 'AbortError' })
  assert.equal(await storedBlocks(server), 16)
  await run(server)
  assert.equal(await storedBlocks(server), Math.floor(300 / 16))
  await assertRoot(server, 300)
})

test('runs of several servers at once store one tree', async (t) => {
  const { server, decide } = await openLog(t)
  await decide(300)
  await Promise.all([run(server), run(server), run(server, 100)])
  assert.equal(await storedBlocks(server), Math.floor(300 / 16))
  await assertRoot(server, 300)
})

test('a long log keeps no short one waiting, and goes on once it stands still or its gate is archived', async (t) => {
  const { server, decide } = await openLog(t)
  await decide(200)
  await openGate(server, 'gate_small')
  const small = await issue(server, ['read'], {}, 'gate_small')
  const body = { passport_id: small.passport_id, action: 'read' }
  await Promise.all(Array.from({ length: 40 }, () => server.request('POST', '/api/enforce', body)))
  await run(server, 64)
  assert.deepEqual([await storedBlocks(server, 'gate_small'), await storedBlocks(server)], [2, 2])
  await server.request('DELETE', '/api/gates/gate_shop')
  await run(server)
  assert.equal(await storedBlocks(server), 12)
})

test('a log whose records are not all there holds up no other', async (t) => {
  const { server, decide } = await openLog(t)
  await decide(40)
  await openGate(server, 'gate_whole')
  const whole = await issue(server, ['read'], {}, 'gate_whole')
  const body = { passport_id: whole.passport_id, action: 'read' }
  await Promise.all(Array.from({ length: 50 }, () => server.request('POST', '/api/enforce', body)))
  await server.database.tamper("delete from attestations where chain_id = 'gate_shop' and chain_index = 7")
  await run(server)
  assert.deepEqual([await storedBlocks(server), await storedBlocks(server, 'gate_whole')], [0, 3])
})

test('a bound below one block stores nothing, and a stopped server neither', async (t) => {
  const { server, decide } = await openLog(t)
  await decide(40)
  await run(server, 15)
  assert.equal(await storedBlocks(server), 0)
  await assert.rejects(run(server, 1000, AbortSignal.abort()), { name: 'AbortError' })
  assert.equal(await storedBlocks(server), 0)
})
