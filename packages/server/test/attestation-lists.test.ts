import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyChain } from '@modei/protocol'
import { exportAttestations } from '../src/services/export-attestations.ts'
import { inline, selfIssue } from './agents.ts'
import { assertNeedsScope } from './answers.ts'
import { type Answer, type Harness, startServer } from './harness.ts'
import { checkAt, enforceWith, issue, openGate } from './shop.ts'

const NOON = Date.UTC(2027, 0, 15, 12)

interface Listed {
  id: string
  created_at: string
  chain_index: number
  chain_hash: string
  attestation_json: string
  signature: string
  signing_key_id: string
  gate_id: string
  type: string
  decision: string | null
}

async function list(server: Harness, query = '', path = '/api/attestations'): Promise<Listed[]> {
  const answer = await server.request('GET', `${path}${query}`)
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

/** Follows `Link` headers to the last page. */
async function pageThrough(
  server: Harness,
  first: string,
  between: () => Promise<unknown> = async () => undefined,
): Promise<Listed[]> {
  const seen: Listed[] = []
  let path: string | undefined = first
  while (path !== undefined) {
    const page: Answer = await server.request('GET', path)
    assert.equal(page.status, 200, page.text)
    seen.push(...page.body)
    path = /^<(\/api\/.*)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1]
    if (path !== undefined) await between()
  }
  return seen
}

function ids(rows: readonly { id: string }[]): string[] {
  return rows.map(({ id }) => id)
}

/** 250 records at two gates and in the workspace's own chain, of every kind of id, some within one millisecond. */
async function record250(server: Harness): Promise<string[]> {
  await openGate(server)
  await openGate(server, 'gate_two')
  const here = await issue(server, ['read'])
  const there = await issue(server, ['read'], { agent_id: 'agent-2' }, 'gate_two')
  const held = selfIssue()
  await server.request('POST', '/api/passports/register', inline(held), { key: null })
  const recorded: string[] = []
  for (let i = 0; i < 50; i += 1) {
    const [enforced, checked, foreign, own, reset] = await Promise.all([
      enforceWith(server, here.passport_id, 'read'),
      checkAt(server, here.passport_id, i % 2 === 0 ? 'read' : 'write'),
      enforceWith(server, there.passport_id, 'read'),
      enforceWith(server, held.id, 'buy'),
      server.request('POST', `/api/passports/${there.passport_id}/state/reset`),
    ])
    recorded.push(...[enforced, checked, foreign, own, reset].map(({ body }) => body.attestation_id))
  }
  assert.equal(new Set(recorded).size, 250)
  return recorded
}

test('every list pages through 250 records without a gap or a repeat while others are recorded', async (t) => {
  const server = await startServer(t)
  const recorded = await record250(server)
  const { passport_id: busy } = await issue(server, ['read'])
  const more = () => Promise.all([enforceWith(server, busy, 'read'), checkAt(server, busy, 'read')])
  const whole = await list(server, '?limit=1000')
  assert.deepEqual(ids(whole).sort(), recorded.sort())
  const times = whole.map(({ created_at }) => created_at)
  assert.deepEqual(times, [...times].sort().reverse())
  for (const limit of [1000, 99, 7]) {
    assert.deepEqual(
      ids(await pageThrough(server, `/api/attestations?limit=${limit}`, more)).slice(-250),
      ids(whole),
    )
  }
  const atGate = await list(server, '?limit=1000', '/api/gates/gate_shop/attestations')
  const paged = await pageThrough(server, '/api/gates/gate_shop/attestations?limit=13', more)
  assert.deepEqual(ids(paged), ids(atGate))
  const [shown] = atGate.filter(({ type }) => type === 'enforcement')
  const passport = JSON.parse(shown?.attestation_json ?? '{}').passport_id
  const own = await list(server, '?limit=1000', `/api/passports/${passport}/enforcement`)
  assert.deepEqual(
    ids(await pageThrough(server, `/api/passports/${passport}/enforcement?limit=3`, more)),
    ids(own),
  )
})

test('lists of gates, passports and keys page without a gap or a repeat too', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  const made: Record<'gates' | 'passports' | 'keys', string[]> = { gates: [], passports: [], keys: [] }
  for (let i = 0; i < 25; i += 1) {
    // Several within one millisecond, so that the time alone orders nothing.
    if (i % 5 === 4) server.clock.at += 1
    await openGate(server, `gate_${i}`)
    made.gates.push(`gate_${i}`)
    made.passports.push((await issue(server, ['read'], {}, 'gate_0')).passport_id)
    made.keys.push((await server.request('POST', '/api/users/api-keys', { name: `k${i}` })).body.id)
  }
  const lists = [
    ['/api/gates', made.gates, 'gate_id'],
    ['/api/gates/gate_0/passports', made.passports, 'passport_id'],
    ['/api/users/api-keys', made.keys, 'id'],
  ] as const
  for (const [path, expected, field] of lists) {
    const whole = (await server.request('GET', path)).body
    const paged: unknown[] = await pageThrough(server, `${path}?limit=4`)
    assert.deepEqual(paged, whole)
    const known = new Set(whole.map((row: Record<string, string>) => row[field]))
    assert.ok(expected.every((id) => known.has(id)))
  }
})

test('filters of the workspace’s list and of the export let the same records through', async (t) => {
  const server = await startServer(t)
  server.clock.at = NOON
  await openGate(server)
  await openGate(server, 'gate_two')
  const one = await issue(server, ['read', 'buy'], { agent_id: 'a/1', expires_in: '7d' })
  const two = await issue(server, ['read'], { agent_id: 'a/2', expires_in: '7d' }, 'gate_two')
  const issuer = (await server.request('POST', '/api/issuers', { name: 'Acme' })).body
  const free = (
    await server.request('POST', '/api/passports', {
      issuer_id: issuer.issuer_id,
      agent_id: 'a/3',
      permissions: ['read'],
      expires_in: '7d',
    })
  ).body
  await enforceWith(server, one.passport_id, 'read')
  await checkAt(server, one.passport_id, 'sell')
  server.clock.at += 86_400_000
  await enforceWith(server, two.passport_id, 'buy')
  const gateless = await enforceWith(server, free.passport_id, 'read')
  assert.equal(gateless.body.decision, 'PERMIT', gateless.text)
  const cases: readonly (readonly [query: string, count: number])[] = [
    ['', 4],
    ['agent_id=a/1', 2],
    ['agent_id=nobody', 0],
    ['gate_id=gate_two', 1],
    ['gate_id=gate_none', 0],
    [`issuer_id=${issuer.issuer_id}`, 1],
    ['issuer_id=iss_00000000', 0],
    ['decision=PERMIT', 2],
    ['decision=allow', 2],
    ['decision=deny', 2],
    ['decision=BLOCK', 2],
    ['decision=approved', 0],
    ['action=read', 2],
    ['after=2027-01-16', 2],
    ['before=2027-01-16', 2],
    ['after=2027-01-15T12:00:00Z&before=2027-01-15T12:00:00.001Z', 2],
    ['after=2027-01-15T12:00:00.001Z', 2],
    ['before=2027-01-15T12:00:00Z', 0],
    ['agent_id=a/1&decision=allow&action=read&gate_id=gate_shop', 1],
  ]
  for (const [query, count] of cases) {
    const listed = await list(server, `?${query}`)
    assert.equal(listed.length, count, query)
    const exported = await server.request('GET', `/api/attestations/export?${query}`)
    const lines = exported.text.split('\n').filter((line) => line !== '')
    assert.deepEqual(lines.map((line) => JSON.parse(line).id).sort(), ids(listed).sort(), query)
  }
  const [record] = await list(server, `?issuer_id=${issuer.issuer_id}`)
  assert.equal(record?.gate_id, issuer.issuer_id)
  const enforcement = await server.request('GET', `/api/enforcement/${gateless.body.attestation_id}`)
  assert.equal(enforcement.body.gate_id, issuer.issuer_id)
  const bad = [
    'decision=maybe',
    'after=2027-02-30',
    'before=yesterday',
    'limit=1001',
    'cursor=x',
    'agent=a',
    'gate_id=x',
  ]
  for (const query of bad) {
    assert.equal((await server.request('GET', `/api/attestations?${query}`)).status, 422, query)
  }
  for (const query of ['format=xml', 'limit=5', 'decision=maybe']) {
    assert.equal((await server.request('GET', `/api/attestations/export?${query}`)).status, 422, query)
  }
})

test('an export verifies offline, chain by chain', async (t) => {
  const server = await startServer(t)
  await record250(server)
  const exported = await server.request('GET', '/api/attestations/export')
  assert.equal(exported.status, 200)
  assert.equal(exported.headers.get('content-type'), 'application/jsonl; charset=utf-8')
  assert.equal(exported.headers.get('content-disposition'), 'attachment; filename="attestations.jsonl"')
  const rows: Listed[] = exported.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(rows.length, 250)
  for (const gate of ['gate_shop', 'gate_two']) {
    const chain = rows.filter(({ gate_id }) => gate_id === gate)
    const open = await server.request('GET', `/api/gates/${gate}/public`, undefined, { key: null })
    const keys = new Map<string, string>(
      open.body.signing_keys.map((key: { key_id: string; public_key: string }) => [
        key.key_id,
        key.public_key,
      ]),
    )
    const verdict = verifyChain(chain, { findPublicKey: (id) => keys.get(id) })
    assert.ok(verdict.ok, JSON.stringify(verdict))
    assert.equal(verdict.count, 100)
  }
  const words = { headers: { 'modei-version': '2026-05-14' } }
  const modern = await server.request('GET', '/api/attestations/export', undefined, words)
  assert.ok(modern.text.includes('"decision":"block"') && !modern.text.includes('"decision":"deny"'))
})

test('a long export is read in pieces of a bounded size, every record once and in order', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['read'])
  for (let i = 0; i < 1001; i += 91) {
    await Promise.all(Array.from({ length: 91 }, () => enforceWith(server, passport_id, 'read')))
  }
  const caller = { workspace_id: server.workspaces.own, mode: 'live', key_id: 'key_1', scopes: [] } as const
  const sizes: number[] = []
  const places: number[] = []
  for await (const piece of exportAttestations(server.app.services, caller, {})) {
    sizes.push(piece.length)
    places.push(...piece.map(({ chain_index }) => chain_index))
    // What is recorded meanwhile is left out.
    await enforceWith(server, passport_id, 'read')
  }
  assert.deepEqual(sizes, [500, 500, 1])
  assert.deepEqual(
    places,
    Array.from({ length: 1001 }, (_, i) => i + 1),
  )
})

test('an export as CSV is one line a record, and what an agent wrote is no formula in it', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['read'])
  const target = '=HYPERLINK("http://evil.example","click")'
  await server.request('POST', '/api/enforce', { passport_id, action: '-1/2', target })
  await server.request('POST', '/api/enforce', { passport_id, action: 'read', target: '@a,\n"b"' })
  const csv = await server.request('GET', '/api/attestations/export?format=csv')
  assert.equal(csv.headers.get('content-type'), 'text/csv; charset=utf-8')
  assert.ok(csv.text.startsWith('id,type,created_at,gate_id,passport_id,agent_id,action,target,decision,'))
  assert.ok(csv.text.includes(`,'-1/2,"'=HYPERLINK(""http://evil.example"",""click"")",BLOCK,`))
  assert.ok(csv.text.includes(`,read,"'@a,\n""b""",PERMIT,`))
  assert.ok(csv.text.endsWith('\r\n'))
})

test('an empty workspace exports nothing but the names of the columns', async (t) => {
  const server = await startServer(t)
  assert.equal((await server.request('GET', '/api/attestations/export')).text, '')
  const csv = await server.request('GET', '/api/attestations/export?format=csv')
  assert.equal(csv.text.split('\r\n').length, 2)
})

test('records of one workspace are in no list and no export of another', async (t) => {
  const server = await startServer(t)
  await record250(server)
  const key = server.keys.other
  assert.deepEqual((await server.request('GET', '/api/attestations', undefined, { key })).body, [])
  assert.equal((await server.request('GET', '/api/attestations/export', undefined, { key })).text, '')
  const byGate = '/api/attestations/export?gate_id=gate_shop'
  assert.equal((await server.request('GET', byGate, undefined, { key })).text, '')
  assert.deepEqual(
    (await server.request('GET', '/api/attestations?gate_id=gate_shop', undefined, { key })).body,
    [],
  )
})

test('lists and exports need their scope', async (t) => {
  const server = await startServer(t)
  await assertNeedsScope(server, 'attestations:read', ['GET', '/api/attestations'])
  await assertNeedsScope(server, 'attestations:read', ['GET', '/api/attestations/export'])
})

test('a check is an attestation and no enforcement', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['read'])
  const id = (await checkAt(server, passport_id, 'read')).body.attestation_id
  assert.equal((await server.request('GET', `/api/attestations/${id}`)).status, 200)
  assert.equal((await server.request('GET', `/api/enforcement/${id}`)).status, 404)
})

test('the enforcements of a self-issued passport are listed where it was used', async (t) => {
  const server = await startServer(t)
  const held = selfIssue()
  await server.request('POST', '/api/passports/register', inline(held), { key: null })
  const path = `/api/passports/${held.id}/enforcement`
  assert.equal((await server.request('GET', path)).status, 404)
  await enforceWith(server, held.id, 'buy')
  assert.equal((await list(server, '', path)).length, 1)
  assert.equal((await server.request('GET', path, undefined, { key: server.keys.other })).status, 404)
})

test('a list that reads through a long log keeps no decision waiting', async (t) => {
  const server = await startServer(t)
  if (server.store.engine !== 'sqlite') return t.skip('PostgreSQL reads in processes of its own')
  await openGate(server, 'gate_shop')
  const passport = (await issue(server, ['buy'])).passport_id
  const { attestation_id: first } = (await enforceWith(server, passport, 'buy')).body
  await openGate(server, 'gate_other')
  const there = await server.request('POST', '/api/gates/gate_other/passports', {
    agent_id: 'agent-2',
    permissions: ['buy'],
  })
  await server.database.tamper(
    `insert into attestations
     select chain_id, x, chain_hash, workspace_id, 'enf_z' || x, type, gate_id, passport_id, 'pp_old', counter_key, 'other',
       action, target, decision, reason_code, 0, x, created_at, '{}', signature, signing_key_id
     from attestations join (with recursive numbers (x) as
       (select 100 union all select x + 1 from numbers where x < 150000) select x from numbers)
     where id = '${first}';
     update chains set head_index = 150000 where chain_id = 'gate_shop'`,
  )
  const order: string[] = []
  const listed = list(server, '?agent_id=nobody', '/api/gates/gate_shop/attestations').then((found) => {
    order.push('list')
    return found
  })
  const enforced = enforceWith(server, there.body.passport_id, 'buy').then(() => order.push('decision'))
  await Promise.all([listed, enforced])
  assert.deepEqual(order, ['decision', 'list'])
  assert.deepEqual(await listed, [])
  for (const path of ['/api/gates/gate_shop/attestations', '/api/attestations']) {
    assert.deepEqual(ids(await list(server, '?agent_id=agent-1', path)), [first], path)
  }
})
