import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decodeBase64Strict,
  type LogCheckpoint,
  leafHash,
  utf8Bytes,
  verifyConsistency,
  verifyInclusion,
  verifyLogCheckpoint,
} from '@modei/protocol'
import { type Harness, masked, startServer } from './harness.ts'

const bytes = (text: string) => decodeBase64Strict(text) ?? assert.fail('no base64')

interface Shop {
  server: Harness
  /** Decides so many times. */
  decide(count: number): Promise<void>
  /** Reads without a key. */
  get(path: string): ReturnType<Harness['request']>
}

async function openShop(t: Parameters<typeof startServer>[0]): Promise<Shop> {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'agent',
    permissions: ['buy'],
  })
  const { passport_id } = issued.body
  return {
    server,
    get: (path) => server.request('GET', `/api/gates/gate_shop/log/${path}`, undefined, { key: null }),
    async decide(count) {
      const decide = () => server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
      const answers = await Promise.all(Array.from({ length: count }, decide))
      for (const { status } of answers) assert.equal(status, 200)
    },
  }
}

/** The checkpoint, verified as a stranger would: with the keys that the gate publishes. */
async function verifiedCheckpoint({ server, get }: Shop) {
  const answer = await get('checkpoint')
  assert.equal(answer.status, 200)
  const gate = await server.request('GET', '/api/gates/gate_shop/public', undefined, { key: null })
  const keys = gate.body.signing_keys.map(({ public_key }: { public_key: string }) => bytes(public_key))
  const verdict = verifyLogCheckpoint(answer.body.note, answer.body.origin, keys)
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.reason)
  assert.equal(verdict.checkpoint.tree_size, answer.body.tree_size)
  assert.deepEqual(verdict.checkpoint.root_hash, bytes(answer.body.root_hash))
  return verdict.checkpoint
}

test('an empty log has a signed checkpoint', async (t) => {
  const shop = await openShop(t)
  const { tree_size, origin } = await verifiedCheckpoint(shop)
  assert.equal(tree_size, 0)
  assert.match(origin, /^modei\/gate_shop\/sk_[a-z0-9]+$/)
})

test('every record has a proof under the checkpoint, at sizes around each block and page', async (t) => {
  const shop = await openShop(t)
  let size = 0
  for (const until of [1, 2, 15, 16, 17, 33, 530]) {
    await shop.decide(until - size)
    size = until
    const checkpoint = await verifiedCheckpoint(shop)
    assert.equal(checkpoint.tree_size, until)
    const log = await shop.server.request('GET', '/api/gates/gate_shop/attestations?limit=1000')
    const some = log.body.filter(
      ({ chain_index }: { chain_index: number }) =>
        until < 40 || chain_index % 37 === 0 || chain_index > until - 4,
    )
    for (const { chain_index, attestation_json } of some) {
      const { body } = await shop.get(`inclusion?chain_index=${chain_index}&tree_size=${until}`)
      const claim = {
        leaf_hash: leafHash(utf8Bytes(attestation_json)),
        leaf_index: chain_index - 1,
        tree_size: until,
        root_hash: checkpoint.root_hash,
        proof: body.proof.map(bytes),
      }
      assert.equal(verifyInclusion(claim), true, `record ${chain_index} of ${until}`)
      const other = leafHash(utf8Bytes(`${attestation_json} `))
      assert.equal(verifyInclusion({ ...claim, leaf_hash: other }), false)
    }
  }
})

test('every later checkpoint is proved to continue every earlier one', async (t) => {
  const shop = await openShop(t)
  const checkpoints: LogCheckpoint[] = []
  for (const more of [0, 1, 3, 12, 1, 30, 40]) {
    await shop.decide(more)
    checkpoints.push(await verifiedCheckpoint(shop))
  }
  for (const [index, later] of checkpoints.entries()) {
    for (const earlier of checkpoints.slice(0, index + 1)) {
      const query = `old_size=${earlier.tree_size}&tree_size=${later.tree_size}`
      const { body } = await shop.get(`consistency?${query}`)
      const claim = {
        old_size: earlier.tree_size,
        old_root_hash: earlier.root_hash,
        tree_size: later.tree_size,
        root_hash: later.root_hash,
        proof: body.proof.map(bytes),
      }
      assert.equal(verifyConsistency(claim), true, query)
    }
  }
})

test('without a size, proofs are in the tree over all records', async (t) => {
  const shop = await openShop(t)
  await shop.decide(21)
  assert.equal((await shop.get('inclusion?chain_index=3')).body.tree_size, 21)
  assert.equal((await shop.get('consistency?old_size=3')).body.tree_size, 21)
})

test('a rotated key signs the same log under the same origin', async (t) => {
  const shop = await openShop(t)
  await shop.decide(3)
  const before = await shop.get('checkpoint')
  await shop.server.request('POST', '/api/gates/gate_shop/keys/rotate', {})
  const after = await shop.get('checkpoint')
  assert.equal(after.body.origin, before.body.origin)
  assert.equal(after.body.root_hash, before.body.root_hash)
  assert.notEqual(after.body.signing_key_id, before.body.signing_key_id)
  await verifiedCheckpoint(shop)
})

test('a record that was changed in the database is in no tree that was signed before', async (t) => {
  const shop = await openShop(t)
  await shop.decide(40)
  const checkpoint = await verifiedCheckpoint(shop)
  // One under a stored subtree, and one of the last records, which are under none yet.
  for (const chain_index of [5, 39]) {
    await shop.server.database.tamper(
      `update attestations set attestation_json = replace(attestation_json, 'buy', 'sell') where chain_index = ${chain_index}`,
    )
    const { body } = await shop.get(`inclusion?chain_index=${chain_index}&tree_size=40`)
    const claim = {
      leaf_hash: bytes(body.leaf_hash),
      leaf_index: chain_index - 1,
      tree_size: 40,
      root_hash: checkpoint.root_hash,
      proof: body.proof.map(bytes),
    }
    assert.equal(verifyInclusion(claim), false)
  }
  const { root_hash } = (await shop.get('checkpoint')).body
  assert.notDeepEqual(bytes(root_hash), checkpoint.root_hash)
})

test('many who ask at once while decisions go on get proofs of one log', async (t) => {
  const shop = await openShop(t)
  await shop.decide(100)
  const asked = Array.from({ length: 20 }, () => verifiedCheckpoint(shop))
  await shop.decide(100)
  const last = await verifiedCheckpoint(shop)
  assert.equal(last.tree_size, 200)
  for (const { tree_size, root_hash } of await Promise.all(asked)) {
    const { body } = await shop.get(`consistency?old_size=${tree_size}&tree_size=200`)
    const claim = { old_size: tree_size, old_root_hash: root_hash, tree_size: 200, root_hash: last.root_hash }
    assert.equal(verifyConsistency({ ...claim, proof: body.proof.map(bytes) }), true)
  }
})

test('an archived gate still proves what it recorded', async (t) => {
  const shop = await openShop(t)
  await shop.decide(5)
  await shop.server.request('DELETE', '/api/gates/gate_shop')
  assert.equal((await verifiedCheckpoint(shop)).tree_size, 5)
  assert.equal((await shop.get('inclusion?chain_index=5')).status, 200)
})

test('what is in no tree is refused and named', async (t) => {
  const shop = await openShop(t)
  await shop.decide(5)
  for (const [path, field] of [
    ['inclusion?chain_index=6', 'chain_index'],
    ['inclusion?chain_index=0', 'chain_index'],
    ['inclusion?chain_index=4&tree_size=3', 'chain_index'],
    ['inclusion?chain_index=1&tree_size=6', 'tree_size'],
    ['inclusion?chain_index=1&tree_size=-1', 'tree_size'],
    ['inclusion?chain_index=1.5', 'chain_index'],
    ['inclusion?chain_index=9007199254740993', 'chain_index'],
    ['inclusion', 'chain_index'],
    ['consistency?old_size=6', 'old_size'],
    ['consistency?old_size=3&tree_size=2', 'old_size'],
    ['consistency?old_size=1&tree_size=6', 'tree_size'],
    ['consistency', 'old_size'],
  ] as const) {
    const answer = await shop.get(path)
    assert.equal(answer.status, 422, path)
    assert.equal(answer.body.errors[0].pointer, `/query/${field}`, path)
  }
})

test('a gate that does not exist is not found', async (t) => {
  const { server } = await openShop(t)
  for (const path of ['checkpoint', 'inclusion?chain_index=1', 'consistency?old_size=0']) {
    const answer = await server.request('GET', `/api/gates/gate_absent/log/${path}`, undefined, { key: null })
    assert.equal(answer.status, 404)
    assert.ok(masked(answer, 'gate_absent').includes('not_found'))
  }
})

test('the database refuses to change or delete a stored hash', async (t) => {
  const shop = await openShop(t)
  await shop.decide(16)
  await verifiedCheckpoint(shop)
  const { store } = shop.server
  await assert.rejects(
    store.write((tx) => tx.updateTable('merkle_nodes').set({ hash: '00' }).execute()),
    /immutable/,
  )
  await assert.rejects(
    store.write((tx) => tx.deleteFrom('merkle_nodes').execute()),
    /immutable/,
  )
})
