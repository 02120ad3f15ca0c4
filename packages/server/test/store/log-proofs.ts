import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { decodeBase64Strict, verifyConsistency, verifyInclusion } from '@modei/protocol'
import { sealChains } from '../../src/services/seal-chains.ts'
import type { DatabaseUnderTest } from '../../src/store/conformance.ts'
import { firstKey, startTestServer, type TestServer } from './servers.ts'

const bytes = (text: string) => decodeBase64Strict(text) ?? assert.fail('no base64')
const GATE = 'gate_log'

/** What a log promises of its tree on every engine, whichever server is asked. */
export function describeLogProofs(name: string, create: () => Promise<DatabaseUnderTest>): void {
  describe(`the tree over a log on ${name}`, () => {
    let database: DatabaseUnderTest
    let one: TestServer
    let two: TestServer
    let key = ''
    let passport_id = ''

    before(async () => {
      database = await create()
      one = await startTestServer(database, () => key)
      two = database.shared ? await startTestServer(database, () => key) : one
      key = await firstKey(one)
      await one.call('POST', '/api/gates', { name: 'gate', gate_id: GATE })
      const issued = await one.call('POST', `/api/gates/${GATE}/passports`, {
        agent_id: 'agent_1',
        permissions: ['buy'],
      })
      passport_id = issued.body.passport_id
    })
    after(async () => {
      await one.app.close()
      await two.app.close()
      await database.remove()
    })

    const log = (server: TestServer, path: string) => server.call('GET', `/api/gates/${GATE}/log/${path}`)

    async function decide(count: number): Promise<void> {
      const body = { passport_id, action: 'buy' }
      await Promise.all(Array.from({ length: count }, () => one.call('POST', '/api/enforce', body)))
    }

    test('servers that compute it at once find the same root and store it once', async () => {
      await decide(700)
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => log(i % 2 === 0 ? one : two, 'checkpoint')),
      )
      for (const { status, body } of answers) {
        assert.equal(status, 200, JSON.stringify(body))
        assert.equal(body.tree_size, 700)
        assert.equal(body.note, answers[0]?.body.note)
      }
      const { store } = one.app.services
      const rows = await store.read
        .selectFrom('merkle_nodes')
        .select('level')
        .where('chain_id', '=', GATE)
        .execute()
      const expected = [4, 5, 6, 7, 8, 9].map((level) => Math.floor(700 / 2 ** level))
      assert.deepEqual(
        [4, 5, 6, 7, 8, 9].map((level) => rows.filter((row) => row.level === level).length),
        expected,
      )
    })

    test('proofs of one server verify against the checkpoint of the other', async () => {
      const before = (await log(one, 'checkpoint')).body
      await decide(60)
      const after = (await log(two, 'checkpoint')).body
      const continued = (
        await log(one, `consistency?old_size=${before.tree_size}&tree_size=${after.tree_size}`)
      ).body
      const root_hash = bytes(after.root_hash)
      assert.ok(
        verifyConsistency({
          old_size: before.tree_size,
          old_root_hash: bytes(before.root_hash),
          tree_size: after.tree_size,
          root_hash,
          proof: continued.proof.map(bytes),
        }),
      )
      for (const chain_index of [1, 16, 17, 512, 513, before.tree_size, after.tree_size]) {
        const { body } = await log(one, `inclusion?chain_index=${chain_index}&tree_size=${after.tree_size}`)
        assert.ok(
          verifyInclusion({
            leaf_hash: bytes(body.leaf_hash),
            leaf_index: chain_index - 1,
            tree_size: after.tree_size,
            root_hash,
            proof: body.proof.map(bytes),
          }),
        )
      }
    })

    test('a log that lags behind catches up over several runs of several servers, to the same root', async () => {
      await decide(100)
      const expected = (await log(one, 'checkpoint')).body
      await decide(60)
      const blocks = async () => {
        const { rows } = await one.app.services.store.read
          .selectFrom('merkle_nodes')
          .select(({ fn }) => fn.countAll().as('rows'))
          .where('chain_id', '=', GATE)
          .where('level', '=', 4)
          .executeTakeFirstOrThrow()
        return Number(rows)
      }
      const before = await blocks()
      await sealChains(one.app.services, undefined, 32)
      assert.equal(await blocks(), before + 2)
      await Promise.all([one, two].map(({ app }) => sealChains(app.services)))
      assert.equal(await blocks(), Math.floor((expected.tree_size + 60) / 16))
      const again = (await log(two, `consistency?old_size=${expected.tree_size}`)).body
      assert.equal(again.old_root_hash, expected.root_hash)
    })

    test('a workspace’s records at no gate have a tree of their own, which every server signs alike', async () => {
      const { issuer_id } = (await one.call('POST', '/api/issuers', { name: 'Acme' })).body
      const grant = { issuer_id, agent_id: 'agent_2', permissions: ['buy'] }
      const own = (await one.call('POST', '/api/passports', grant)).body.passport_id
      const body = { passport_id: own, action: 'buy' }
      await Promise.all(Array.from({ length: 40 }, () => two.call('POST', '/api/enforce', body)))
      const { chain_id } = await one.app.services.store.read
        .selectFrom('chains')
        .select('chain_id')
        .where('chain_id', '!=', GATE)
        .executeTakeFirstOrThrow()
      const path = `/api/workspaces/${chain_id}`
      const roots = await Promise.all(
        [one, two].map((server) => server.call('GET', `${path}/log/checkpoint`)),
      )
      assert.deepEqual(
        roots.map(({ body }) => body.tree_size),
        [40, 40],
      )
      assert.equal(roots[0]?.body.note, roots[1]?.body.note)
      await Promise.all([one, two].map(({ app }) => sealChains(app.services)))
      const links = await Promise.all([one, two].map((server) => server.call('GET', `${path}/checkpoint`)))
      assert.equal(links[0]?.body.chain_index, 40)
      assert.deepEqual(links[0]?.body, links[1]?.body)
      const keys = (await two.call('GET', `${path}/public`)).body.signing_keys
      assert.equal(keys[0].key_id, links[0]?.body.signing_key_id)
    })

    test('the database refuses to change or delete what is stored of it', async () => {
      const { store } = one.app.services
      const change = (tx: Parameters<Parameters<typeof store.write>[0]>[0]) =>
        tx.updateTable('merkle_nodes').set({ hash: '00' }).execute()
      await assert.rejects(store.write(change))
      await assert.rejects(store.write((tx) => tx.deleteFrom('merkle_nodes').execute()))
    })
  })
}
