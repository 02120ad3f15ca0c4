import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  assertion,
  type Claims,
  delegate,
  type HeldPassport,
  heldFromAnswer,
  inline,
  makeAgent,
  selfIssue,
} from './agents.ts'
import { type Harness, startServer } from './harness.ts'

async function openGate(server: Harness): Promise<void> {
  const gate = { name: 'Shop', gate_id: 'gate_shop', allow_self_issued: true }
  assert.equal((await server.request('POST', '/api/gates', gate)).status, 201)
}

async function gateRoot(server: Harness, constraints: Record<string, unknown>): Promise<HeldPassport> {
  const grant = { agent_id: 'a', permissions: ['buy', 'read'], constraints, delegation_authority: true }
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', grant)
  assert.equal(issued.status, 201, issued.text)
  return heldFromAnswer(issued.body)
}

interface Action {
  action?: string
  cost_cents?: number
  target?: string
  approval_request_id?: string
}

async function enforce(server: Harness, held: HeldPassport, request: Action = {}) {
  const { approval_request_id, ...acted } = { action: 'buy', ...request }
  const body = {
    passport: inline(held),
    assertion: assertion(held, { gate_id: 'gate_shop', ...acted }),
    ...acted,
    ...(approval_request_id === undefined ? {} : { approval_request_id }),
  }
  const answer = await server.request('POST', '/api/enforce', body)
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

const permitted = (answers: readonly { decision: string }[]) =>
  answers.filter(({ decision }) => decision === 'PERMIT').length

const ROOTS: readonly (readonly [string, (server: Harness) => Promise<HeldPassport>])[] = [
  [
    'a self-issued root with short names',
    async () =>
      selfIssue(makeAgent(), { permissions: ['buy', 'read'], constraints: { max_total_cost: 1000 } }),
  ],
  ['a gate’s root', (server) => gateRoot(server, { 'core:cost:max_cumulative': 1000 })],
]

for (const [name, rootOf] of ROOTS) {
  test(`ten children of ${name} spend its 1,000 cents at once and not one more`, async (t) => {
    const server = await startServer(t)
    await openGate(server)
    const root = await rootOf(server)
    const children = Array.from({ length: 10 }, () => delegate(root))
    const requests = children.flatMap((child) => Array.from({ length: 5 }, () => child))
    const answers = await Promise.all(requests.map((child) => enforce(server, child, { cost_cents: 100 })))
    assert.equal(permitted(answers), 10)
    for (const { decision, blocked_by } of answers) {
      if (decision !== 'PERMIT') assert.equal(blocked_by, 'core:cost:max_cumulative')
    }
    const [child] = children
    assert.ok(child)
    const over = await enforce(server, child, { cost_cents: 1 })
    assert.deepEqual(
      [over.decision, over.blocked_by, over.remaining_cents],
      ['BLOCK', 'core:cost:max_cumulative', 0],
    )
    assert.equal(
      (await enforce(server, root, { cost_cents: 1 })).decision,
      'BLOCK',
      'the root’s budget is spent too',
    )
    assert.equal((await enforce(server, child, { cost_cents: 0 })).decision, 'PERMIT')
  })

  test(`what ${name} spent itself, its children cannot spend again`, async (t) => {
    const server = await startServer(t)
    await openGate(server)
    const root = await rootOf(server)
    assert.equal((await enforce(server, root, { cost_cents: 700 })).decision, 'PERMIT')
    const child = delegate(root)
    assert.equal((await enforce(server, child, { cost_cents: 301 })).decision, 'BLOCK')
    const fits = await enforce(server, child, { cost_cents: 300 })
    assert.deepEqual([fits.decision, fits.remaining_cents], ['PERMIT', 0])
  })
}

test('a tighter child keeps to its own budget, and a grandchild to those of all above it', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const root = selfIssue(makeAgent(), { constraints: { max_total_cost: 1000 } })
  const child = delegate(root, makeAgent(), { constraints: { max_total_cost: 300 } })
  const grandchildren = Array.from({ length: 4 }, () =>
    delegate(child, makeAgent(), { constraints: { max_total_cost: 200 } }),
  )
  const requests = grandchildren.flatMap((held) => Array.from({ length: 4 }, () => held))
  const answers = await Promise.all(requests.map((held) => enforce(server, held, { cost_cents: 50 })))
  assert.equal(permitted(answers), 6)
  assert.equal((await enforce(server, child, { cost_cents: 1 })).decision, 'BLOCK')
  const left = await enforce(server, root, { cost_cents: 700 })
  assert.deepEqual([left.decision, left.remaining_cents], ['PERMIT', 0])
})

test('a child that leaves a limit out is still held to its parent’s', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const root = selfIssue(makeAgent(), { constraints: { max_total_cost: 100, rate_limit_per_minute: 3 } })
  const children = Array.from({ length: 5 }, () => delegate(root, makeAgent(), { permissions: ['buy'] }))
  const answers = await Promise.all(children.map((child) => enforce(server, child, { cost_cents: 10 })))
  assert.equal(permitted(answers), 3)
  const [child] = children
  assert.ok(child)
  const over = await enforce(server, child)
  assert.equal(over.blocked_by, 'core:rate:max_per_minute')
  const [source] = over.evaluations.filter(({ result }: { result: string }) => result === 'block')
  assert.equal(source.source, 'ancestor')
})

test('rates of a gate’s root count what all its children do, and what it did before they were made', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const root = await gateRoot(server, { buy: { 'core:rate:max_per_minute': 4 } })
  assert.equal((await enforce(server, root)).decision, 'PERMIT')
  const children = [delegate(root), delegate(root)]
  const answers = await Promise.all(
    [...children, ...children, ...children].map((child) => enforce(server, child)),
  )
  assert.equal(permitted(answers), 3)
  for (const child of children) {
    assert.equal(
      (await enforce(server, child, { action: 'read' })).decision,
      'PERMIT',
      'reading is not limited',
    )
  }
})

test('limits set on a gate’s root hold for its children on the next decision', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const root = await gateRoot(server, {})
  const child = delegate(root)
  for (let i = 0; i < 3; i += 1)
    assert.equal((await enforce(server, child, { cost_cents: 10 })).decision, 'PERMIT')
  const set = { 'core:cost:max_cumulative': 35, 'core:rate:max_total': 5 }
  assert.equal((await server.request('PUT', `/api/passports/${root.id}/constraints`, set)).status, 200)
  assert.equal((await enforce(server, child, { cost_cents: 6 })).blocked_by, 'core:cost:max_cumulative')
  assert.equal((await enforce(server, child, { cost_cents: 5 })).decision, 'PERMIT')
  assert.equal((await enforce(server, delegate(root))).decision, 'PERMIT')
  assert.equal((await enforce(server, root)).blocked_by, 'core:rate:max_total')
})

test('a limit that a self-issued passport meets only later counts what it did before', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const root = selfIssue(makeAgent(), {
    permissions: [
      { permission_key: 'buy', constraints: { 'core:rate:max_per_minute': 3 } },
      { permission_key: 'read', constraints: {} },
    ],
  })
  const child = delegate(root)
  // Reading needs no rate, so nothing is kept until buying asks for it: then the log must tell.
  assert.equal((await enforce(server, root, { action: 'read' })).decision, 'PERMIT')
  assert.equal((await enforce(server, child, { action: 'read' })).decision, 'PERMIT')
  assert.equal((await enforce(server, child)).decision, 'PERMIT')
  assert.equal((await enforce(server, child)).blocked_by, 'core:rate:max_per_minute')
  assert.equal((await enforce(server, root)).blocked_by, 'core:rate:max_per_minute')
})

test('a child’s hold reserves on its parent’s budget once, and frees it when it is used or denied', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const root = await gateRoot(server, {
    'core:cost:max_cumulative': 1000,
    'core:cost:approval_threshold': 400,
  })
  const [one, two] = [delegate(root), delegate(root)]
  const held = await enforce(server, one, { cost_cents: 600 })
  assert.equal(held.decision, 'SUSPEND')
  const again = await enforce(server, one, { cost_cents: 600 })
  assert.equal(again.approval_request_id, held.approval_request_id)
  assert.equal((await enforce(server, two, { cost_cents: 400 })).decision, 'PERMIT')
  assert.equal(
    (await enforce(server, two, { cost_cents: 1 })).decision,
    'BLOCK',
    '600 are reserved, 400 spent',
  )
  assert.equal((await enforce(server, root, { cost_cents: 1 })).decision, 'BLOCK')

  const approve = await server.request('POST', `/api/approvals/${held.approval_request_id}/approve`, {})
  assert.equal(approve.status, 200, approve.text)
  const approval_request_id = held.approval_request_id
  const stolen = await enforce(server, two, { cost_cents: 600, approval_request_id })
  assert.deepEqual([stolen.decision, stolen.reason], ['BLOCK', 'approval_unknown'])
  const used = await enforce(server, one, { cost_cents: 600, approval_request_id })
  assert.deepEqual([used.decision, used.remaining_cents], ['PERMIT', 0])
})

test('an approval of a child’s request is void once the limits set on its root have changed', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const root = await gateRoot(server, { 'core:cost:approval_threshold': 400 })
  const child = delegate(root)
  const { approval_request_id } = await enforce(server, child, { cost_cents: 600 })
  const approved = await server.request('POST', `/api/approvals/${approval_request_id}/approve`, {})
  assert.equal(approved.status, 200, approved.text)
  await server.request('PUT', `/api/passports/${root.id}/constraints`, { 'core:cost:max_per_action': 900 })
  const shown = await enforce(server, child, { cost_cents: 600, approval_request_id })
  assert.deepEqual([shown.decision, shown.reason], ['BLOCK', 'approval_mismatch'])
})

test('a root without authority has no children, and a revoked one none that may act', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const grant = { agent_id: 'a', permissions: ['buy'], delegation_authority: false }
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', grant)
  const root = heldFromAnswer(issued.body)
  assert.throws(() => delegate(root), /delegation_authority/)

  const able = await gateRoot(server, {})
  const child = delegate(able)
  assert.equal((await enforce(server, child)).decision, 'PERMIT')
  await server.request('DELETE', `/api/gates/gate_shop/passports/${able.id}`)
  const blocked = await enforce(server, child)
  assert.deepEqual([blocked.decision, blocked.reason], ['BLOCK', 'passport_revoked'])
})

test('a self-issued passport has a budget in each workspace that it is used in', async (t) => {
  const server = await startServer(t)
  const root = selfIssue(makeAgent(), { constraints: { max_total_cost: 100 } } satisfies Claims)
  await server.request('POST', '/api/passports/register', inline(root), { key: null })
  for (const key of [server.keys.own, server.keys.other]) {
    const spend = async () =>
      (
        await server.request(
          'POST',
          '/api/enforce',
          { passport_id: root.id, action: 'buy', cost_cents: 100 },
          { key },
        )
      ).body
    const first = await spend()
    assert.deepEqual([first.decision, first.sequence_number], ['PERMIT', 1])
    assert.equal((await spend()).decision, 'BLOCK')
  }
})
