import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  canonicalJson,
  decodeBase64Strict,
  leafHash,
  utf8Bytes,
  verifyConsistency,
  verifyEd25519,
  verifyInclusion,
  verifyLogCheckpoint,
} from '@modei/protocol'
import { sealChains } from '../src/services/seal-chains.ts'
import { masked, startServer } from './harness.ts'

const bytes = (text: string) => decodeBase64Strict(text) ?? assert.fail('no base64')

/** A server whose workspace decides at no gate, with a passport of an issuer. */
async function openWorkspace(t: TestContext) {
  const server = await startServer(t)
  const { issuer_id } = (await server.request('POST', '/api/issuers', { name: 'Acme' })).body
  const grant = { issuer_id, agent_id: 'a', permissions: ['buy'] }
  const { passport_id } = (await server.request('POST', '/api/passports', grant)).body
  const workspace = server.workspaces.own
  return {
    server,
    workspace,
    passport_id,
    /** Reads without a key. */
    get: (path: string, of = workspace) =>
      server.request('GET', `/api/workspaces/${of}/${path}`, undefined, { key: null }),
    async decide(count: number) {
      const decide = () => server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
      for (const { status } of await Promise.all(Array.from({ length: count }, decide)))
        assert.equal(status, 200)
    },
  }
}

type Opened = Awaited<ReturnType<typeof openWorkspace>>

/** The root, verified as a stranger would: with the keys that are published. */
async function verifiedRoot({ get }: Opened) {
  const { body } = await get('log/checkpoint')
  const { signing_keys } = (await get('public')).body
  const keys = signing_keys.map(({ public_key }: { public_key: string }) => bytes(public_key))
  const verdict = verifyLogCheckpoint(body.note, body.origin, keys)
  assert.ok(verdict.ok, verdict.ok ? '' : verdict.reason)
  return verdict.checkpoint
}

test('the keys of a workspace’s own records are public, and nothing else of it', async (t) => {
  const opened = await openWorkspace(t)
  const { status, body } = await opened.get('public')
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body).toSorted(), ['retention', 'signing_keys', 'workspace_id'])
  assert.equal(body.workspace_id, opened.workspace)
  const [key] = body.signing_keys
  assert.deepEqual(Object.keys(key).toSorted(), [
    'created_at',
    'key_id',
    'public_key',
    'retired_at',
    'status',
  ])
  await opened.decide(1)
  const [record] = (await opened.server.request('GET', '/api/attestations')).body
  assert.equal(record.signing_key_id, key.key_id)
  const isSigned = verifyEd25519(
    bytes(key.public_key),
    utf8Bytes(record.attestation_json),
    bytes(record.signature),
  )
  assert.ok(isSigned)
})

test('the root over a workspace’s own records is signed, and proves each of them and that it only grew', async (t) => {
  const opened = await openWorkspace(t)
  assert.equal((await verifiedRoot(opened)).tree_size, 0)
  await opened.decide(20)
  const before = await verifiedRoot(opened)
  assert.match(before.origin, new RegExp(`^modei/${opened.workspace}/sk_[a-z0-9]+$`))
  await opened.decide(15)
  const after = await verifiedRoot(opened)
  assert.deepEqual([before.tree_size, after.tree_size], [20, 35])
  const grown = (await opened.get('log/consistency?old_size=20')).body
  assert.equal(grown.workspace_id, opened.workspace)
  const claim = {
    old_size: 20,
    old_root_hash: before.root_hash,
    tree_size: 35,
    root_hash: after.root_hash,
    proof: grown.proof.map(bytes),
  }
  assert.equal(verifyConsistency(claim), true)
  for (const record of (await opened.server.request('GET', '/api/attestations')).body) {
    const { body } = await opened.get(`log/inclusion?chain_index=${record.chain_index}`)
    const inclusion = {
      leaf_hash: leafHash(utf8Bytes(record.attestation_json)),
      leaf_index: record.chain_index - 1,
      tree_size: 35,
      root_hash: after.root_hash,
      proof: body.proof.map(bytes),
    }
    assert.equal(verifyInclusion(inclusion), true, `record ${record.chain_index}`)
    assert.equal(verifyInclusion({ ...inclusion, leaf_index: record.chain_index % 35 }), false)
  }
})

test('a checkpoint of a workspace names no gate, and is kept and answered again until the chain moves on', async (t) => {
  const opened = await openWorkspace(t)
  await opened.decide(3)
  const { body, text } = await opened.get('checkpoint')
  assert.deepEqual([body.workspace_id, body.chain_index, body.gate_id], [opened.workspace, 3, undefined])
  const signed = JSON.parse(body.checkpoint_json)
  assert.equal(canonicalJson(signed), body.checkpoint_json)
  assert.deepEqual(signed, {
    type: 'checkpoint',
    gate_id: null,
    chain_id: opened.workspace,
    chain_index: 3,
    chain_hash: body.chain_hash,
    issued_at: body.issued_at,
    signing_key_id: body.signing_key_id,
  })
  assert.ok(verifyEd25519(bytes(body.public_key), utf8Bytes(body.checkpoint_json), bytes(body.signature)))
  assert.equal((await opened.get('checkpoint')).text, text)
  await opened.decide(1)
  assert.equal((await opened.get('checkpoint')).body.chain_index, 4)
})

test('a workspace’s own chain is sealed without being asked, and a tail that was cut off is found', async (t) => {
  const { server, workspace, decide } = await openWorkspace(t)
  await decide(3)
  await sealChains(server.app.services)
  const rows = await server.store.read.selectFrom('checkpoints').select(['chain_id', 'chain_index']).execute()
  assert.deepEqual(
    rows.map(({ chain_id, chain_index }) => [chain_id, chain_index]),
    [[workspace, 3]],
  )
  const records = (await server.request('GET', '/api/attestations')).body
  const { id: second } = records.find(({ chain_index }: { chain_index: number }) => chain_index === 2)
  await server.database.tamper(
    `delete from attestations where chain_index = 3;
     update chains set head_index = 2, head_hash =
     (select chain_hash from attestations where chain_index = 2)`,
  )
  const verdict = (await server.request('POST', `/api/attestations/${second}/verify`)).body
  assert.deepEqual([verdict.valid, verdict.reason], [false, 'truncated'])
})

test('another workspace’s log has other keys and another name, and proves nothing of this one', async (t) => {
  const opened = await openWorkspace(t)
  await opened.decide(2)
  const other = opened.server.workspaces.other
  const [own, foreign] = [await opened.get('public'), await opened.get('public', other)]
  assert.equal(foreign.status, 200)
  const ids = (answer: typeof own) => answer.body.signing_keys.map(({ key_id }: { key_id: string }) => key_id)
  assert.equal(
    ids(own).some((id: string) => ids(foreign).includes(id)),
    false,
  )
  const { body } = await opened.get('log/checkpoint', other)
  assert.equal(body.tree_size, 0)
  const { signing_keys } = own.body
  const keys = signing_keys.map(({ public_key }: { public_key: string }) => bytes(public_key))
  assert.equal(verifyLogCheckpoint(body.note, body.origin, keys).ok, false)
})

test('what was decided at gates is not in the workspace’s own log', async (t) => {
  const opened = await openWorkspace(t)
  const { server } = opened
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const grant = { agent_id: 'a', permissions: ['buy'] }
  const { passport_id } = (await server.request('POST', '/api/gates/gate_shop/passports', grant)).body
  await server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
  await opened.decide(2)
  assert.equal((await verifiedRoot(opened)).tree_size, 2)
})

test('an export of one chain has the records of that chain alone, and of no other workspace’s', async (t) => {
  const opened = await openWorkspace(t)
  const { server, workspace } = opened
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const grant = { agent_id: 'a', permissions: ['buy'] }
  const { passport_id } = (await server.request('POST', '/api/gates/gate_shop/passports', grant)).body
  await server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
  await opened.decide(3)
  const exported = async (chain: string, key = server.keys.own) => {
    const { text } = await server.request('GET', `/api/attestations/export?chain_id=${chain}`, undefined, {
      key,
    })
    const lines = text.split('\n').filter((line) => line !== '')
    return lines.map((line) => JSON.parse(JSON.parse(line).attestation_json).chain_id)
  }
  assert.deepEqual(await exported(workspace), Array(3).fill(workspace))
  assert.deepEqual(await exported('gate_shop'), ['gate_shop'])
  assert.deepEqual(await exported('gate_none'), [])
  assert.deepEqual(await exported(workspace, server.keys.other), [])
  const refused = await server.request('GET', '/api/attestations/export?chain_id=iss_00000000')
  assert.equal(refused.status, 422)
  assert.equal(refused.body.errors[0].pointer, '/query/chain_id')
  assert.equal(
    (await server.request('GET', `/api/attestations/export?chain_id=${workspace}`, undefined, { key: null }))
      .status,
    401,
  )
})

const PATHS = [
  'public',
  'checkpoint',
  'log/checkpoint',
  'log/inclusion?chain_index=1',
  'log/consistency?old_size=0',
]

test('a workspace that does not exist is not found, and what is no workspace’s id is refused', async (t) => {
  const { server, get } = await openWorkspace(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  for (const path of PATHS) {
    const absent = await get(path, 'ws_absent00000000')
    assert.equal(absent.status, 404, path)
    assert.ok(masked(absent, 'ws_absent00000000').includes('not_found'))
    for (const id of ['gate_shop', 'ws_', 'WS_ABSENT0000', 'ws_%2e%2e', '%00', '1']) {
      const answer = await get(path, id)
      assert.equal(answer.status, 422, `${id} ${path}`)
      assert.equal(answer.body.errors[0].pointer, '/params/workspace_id')
    }
  }
})

test('a workspace’s log is no gate’s: its id names none', async (t) => {
  const { server, workspace } = await openWorkspace(t)
  for (const path of ['public', ...PATHS.slice(1)]) {
    const answer = await server.request('GET', `/api/gates/${workspace}/${path}`, undefined, { key: null })
    assert.equal(answer.status, 422, path)
  }
})

test('what is in no tree of a workspace is refused and named', async (t) => {
  const { decide, get } = await openWorkspace(t)
  await decide(2)
  for (const [path, field] of [
    ['inclusion?chain_index=3', 'chain_index'],
    ['inclusion?chain_index=0', 'chain_index'],
    ['inclusion?chain_index=one', 'chain_index'],
    ['inclusion?chain_index=1&tree_size=3', 'tree_size'],
    ['inclusion', 'chain_index'],
    ['consistency?old_size=3', 'old_size'],
    ['consistency?old_size=-1', 'old_size'],
    ['consistency?old_size=1&tree_size=9', 'tree_size'],
    ['consistency', 'old_size'],
  ] as const) {
    const answer = await get(`log/${path}`)
    assert.equal(answer.status, 422, path)
    assert.equal(answer.body.errors[0].pointer, `/query/${field}`, path)
  }
})
