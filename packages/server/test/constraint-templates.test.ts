import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInTemplates, constraintTypes } from '@modei/core'
import { assertForeignIsUnknown, assertNeedsScope, assertRefused } from './answers.ts'
import { type Answer, type Harness, startServer } from './harness.ts'
import { enforceWith, issue, openGate, publish } from './shop.ts'

const TEMPLATES = '/api/constraint-templates'

const template = {
  slug: 'till',
  name: 'Till',
  description: 'Small amounts only.',
  category: 'shop',
  icon: 'coin',
  constraints: { 'core:cost:max_per_action': 500, 'core:rate:max_per_minute': 3 },
}

function apply(server: Harness, passport: string, template_slug: string): Promise<Answer> {
  return server.request('POST', `/api/passports/${passport}/constraints`, { template_slug })
}

function slugs(answer: Answer): string[] {
  return answer.body.map(({ slug }: { slug: string }) => slug)
}

test('every constraint type is listed in order of evaluation, with the schema of its value', async (t) => {
  const server = await startServer(t)
  const { body } = await server.request('GET', '/api/constraints/types')
  assert.deepEqual(
    body.map(({ constraint_key }: { constraint_key: string }) => constraint_key).sort(),
    constraintTypes.map(({ key }) => key).sort(),
  )
  const order = body.map(({ evaluation_order }: { evaluation_order: number }) => evaluation_order)
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  )
  const { description, ...rate } = body.find(
    ({ constraint_key }: { constraint_key: string }) => constraint_key === 'core:rate:max_per_minute',
  )
  assert.match(description, /./)
  assert.deepEqual(rate, {
    constraint_key: 'core:rate:max_per_minute',
    namespace: 'core',
    name: rate.name,
    value_type: 'integer',
    unit: rate.unit,
    category: 'rate',
    evaluation_order: 30,
    is_system: true,
    value_schema: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  })
})

test('a category filters types and templates, and one that nobody knows is empty', async (t) => {
  const server = await startServer(t)
  const cost = (await server.request('GET', '/api/constraints/types?category=cost')).body
  assert.ok(cost.length > 0)
  assert.ok(
    cost.every(({ constraint_key }: Record<string, string>) => constraint_key?.startsWith('core:cost:')),
  )
  for (const path of ['/api/constraints/types', TEMPLATES]) {
    for (const category of ['nonsense', 'constructor', '__proto__']) {
      const none = await server.request('GET', `${path}?category=${category}`)
      assert.deepEqual([none.status, none.body], [200, []])
    }
  }
  const finance = slugs(await server.request('GET', `${TEMPLATES}?category=finance`))
  assert.ok(finance.includes('trading-agent') && !finance.includes('sandbox'))
})

test('types and templates are paged without a gap or a repeat', async (t) => {
  const server = await startServer(t)
  for (const slug of ['a', 'b', 'c']) await server.request('POST', TEMPLATES, { ...template, slug })
  for (const list of ['/api/constraints/types', TEMPLATES]) {
    const whole = (await server.request('GET', list)).body
    const seen: unknown[] = []
    let path: string | undefined = `${list}?limit=2`
    while (path !== undefined) {
      const page: Answer = await server.request('GET', path)
      assert.ok(page.body.length <= 2)
      seen.push(...page.body)
      path = /<(.*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
    }
    assert.deepEqual(seen, whole)
    assert.equal((await server.request('GET', `${list}?cursor=junk`)).status, 422)
    assert.equal((await server.request('GET', `${list}?limit=0`)).status, 422)
  }
})

test('a workspace adds templates of its own, which stand before the built-in ones', async (t) => {
  const server = await startServer(t)
  const made = await server.request('POST', TEMPLATES, template)
  assert.equal(made.status, 201, made.text)
  const { created_at, ...rest } = made.body
  assert.match(created_at, /Z$/)
  assert.deepEqual(rest, { ...template, is_system: false })
  const bare = await server.request('POST', TEMPLATES, { slug: 'bare', name: 'Bare', constraints: {} })
  assert.deepEqual([bare.status, bare.body.description, bare.body.category], [201, null, null])
  const all = await server.request('GET', TEMPLATES)
  assert.deepEqual(slugs(all).sort(), ['bare', 'till', ...builtInTemplates.map(({ slug }) => slug)].sort())
  assert.deepEqual(
    slugs(all).slice(2),
    builtInTemplates.map(({ slug }) => slug),
  )
  assert.equal(all.body.at(-1).is_system, true)
  const others = await server.request('GET', TEMPLATES, undefined, { key: server.keys.other })
  assert.equal(others.body.length, builtInTemplates.length)
})

test('a slug is taken once in a workspace, and the built-in ones always', async (t) => {
  const server = await startServer(t)
  assert.equal((await server.request('POST', TEMPLATES, template)).status, 201)
  const again = await server.request('POST', TEMPLATES, template)
  assert.deepEqual([again.status, again.body.code], [409, 'already_exists'])
  assert.equal((await server.request('POST', TEMPLATES, { ...template, slug: 'sandbox' })).status, 409)
  const other = await server.request('POST', TEMPLATES, template, { key: server.keys.other })
  assert.equal(other.status, 201)
  const raced = await Promise.all(
    Array.from({ length: 20 }, () => server.request('POST', TEMPLATES, { ...template, slug: 'raced' })),
  )
  assert.deepEqual(raced.map(({ status }) => status).sort(), [201, ...Array.from({ length: 19 }, () => 409)])
  const once = () =>
    server.request('POST', TEMPLATES, { ...template, slug: 'once' }, { headers: { 'idempotency-key': 'k' } })
  const first = await once()
  const second = await once()
  assert.deepEqual([second.status, second.text], [201, first.text])
  assert.equal(second.headers.get('idempotent-replayed'), 'true')
})

test('applying a template sets the constraints that it names and leaves the others', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy', 'read'], {
    constraints: { 'core:cost:max_per_day': 9000 },
  })
  await server.request('PUT', `/api/passports/${passport_id}/constraints`, {
    'core:cost:max_per_action': 700,
    'core:rate:max_per_hour': 40,
    buy: { 'core:rate:max_total': 9 },
  })
  await server.request('POST', TEMPLATES, template)
  const applied = await apply(server, passport_id, 'till')
  assert.equal(applied.status, 200, applied.text)
  assert.deepEqual(applied.body, {
    applied: true,
    version: 2,
    constraints: {
      'core:cost:max_per_day': 9000,
      'core:cost:max_per_action': 500,
      'core:rate:max_per_hour': 40,
      'core:rate:max_per_minute': 3,
      buy: { 'core:rate:max_total': 9 },
    },
  })
  assert.equal(
    (await enforceWith(server, passport_id, 'buy', 501)).body.blocked_by,
    'core:cost:max_per_action',
  )
  const builtIn = await apply(server, passport_id, 'read-only-researcher')
  assert.equal(builtIn.body.constraints['core:data:read_only'], true)
  assert.equal(builtIn.body.constraints['core:cost:max_per_action'], 500)
  assert.equal((await enforceWith(server, passport_id, 'buy', 1)).body.blocked_by, 'core:data:read_only')
})

test('a template that is looser than the grant is refused and changes nothing', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'], { constraints: { 'core:cost:max_per_action': 100 } })
  await server.request('POST', TEMPLATES, template)
  const refused = await apply(server, passport_id, 'till')
  assert.deepEqual([refused.status, refused.body.code], [422, 'constraint_loosens_grant'])
  const now = (await server.request('GET', `/api/passports/${passport_id}/constraints`)).body
  assert.deepEqual([now.version, now.set], [0, {}])
})

test('a value that is looser than what the pinned catalog sets is refused too', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  await publish(server, [
    { permission_key: 'buy', constraints: { 'core:cost:max_per_action': 100 } },
    { permission_key: 'sell/now', constraints: { 'core:rate:max_per_hour': 5 } },
  ])
  const put = async (permissions: readonly string[], set: object) => {
    const { passport_id } = await issue(server, permissions)
    return server.request('PUT', `/api/passports/${passport_id}/constraints`, set)
  }
  const flat = await put(['buy'], { 'core:cost:max_per_action': 101 })
  assert.deepEqual([flat.status, flat.body.code], [422, 'constraint_loosens_grant'])
  assert.equal((await put(['buy'], { 'core:cost:max_per_action': 100 })).status, 200)
  const own = await put(['buy', 'sell/now'], { 'sell/now': { 'core:rate:max_per_hour': 6 } })
  assert.equal(own.status, 422)
  assert.equal(own.body.errors[0].pointer, '/body/sell~1now/core:rate:max_per_hour')
  // Over several permissions a flat limit measures them together, and is no looser than that of one.
  assert.equal((await put(['buy', 'sell/now'], { 'core:cost:max_per_action': 101 })).status, 200)
})

test('the history of what was set names each version, by whom and when', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  const path = `/api/passports/${passport_id}/constraints`
  assert.deepEqual((await server.request('GET', `${path}/history`)).body, [])
  for (let limit = 1; limit <= 5; limit += 1) {
    await server.request('PUT', path, { 'core:rate:max_per_hour': limit })
  }
  await apply(server, passport_id, 'sandbox')
  const history = (await server.request('GET', `${path}/history`)).body
  assert.deepEqual(
    history.map(({ version }: { version: number }) => version),
    [6, 5, 4, 3, 2, 1],
  )
  assert.deepEqual(history[1].constraints, { 'core:rate:max_per_hour': 5 })
  assert.match(history[0].set_by, /^key_/)
  assert.match(history[0].set_at, /Z$/)
  const page = await server.request('GET', `${path}/history?limit=4`)
  const next = /<(.*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? ''
  assert.deepEqual((await server.request('GET', next)).body, history.slice(4))
})

test('a repeated application with its idempotency key makes one version', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  const once = () =>
    server.request(
      'POST',
      `/api/passports/${passport_id}/constraints`,
      { template_slug: 'sandbox' },
      { headers: { 'idempotency-key': 'k' } },
    )
  const first = await once()
  assert.equal((await once()).text, first.text)
  assert.equal((await server.request('GET', `/api/passports/${passport_id}/constraints`)).body.version, 1)
})

test('templates, types and history need their scopes, and another workspace’s are unknown', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  const path = `/api/passports/${passport_id}/constraints`
  await assertNeedsScope(server, 'constraints:read', ['GET', '/api/constraints/types'])
  await assertNeedsScope(server, 'constraints:read', ['GET', TEMPLATES])
  await assertNeedsScope(server, 'constraints:read', ['GET', `${path}/history`])
  await assertNeedsScope(server, 'constraints:write', ['POST', TEMPLATES, template])
  await assertNeedsScope(server, 'constraints:write', ['POST', path, { template_slug: 'sandbox' }])
  const ids = { real: passport_id, unknown: 'pp_000000000000000000000000' }
  await assertForeignIsUnknown(server, ids, (id) => ['GET', `/api/passports/${id}/constraints/history`])
  await assertForeignIsUnknown(server, ids, (id) => [
    'POST',
    `/api/passports/${id}/constraints`,
    { template_slug: 'sandbox' },
  ])
  await server.request('POST', TEMPLATES, template, { key: server.keys.other })
  const foreign = await apply(server, passport_id, 'till')
  const unknown = await apply(server, passport_id, 'tall')
  assert.deepEqual([foreign.status, unknown.status], [404, 404])
  assert.equal(foreign.text.replace(/till|req_\w+/g, ''), unknown.text.replace(/tall|req_\w+/g, ''))
})

test('templates of a wrong form are refused, every field named', async (t) => {
  const server = await startServer(t)
  await openGate(server)
  const { passport_id } = await issue(server, ['buy'])
  await assertRefused(
    server,
    ['POST', TEMPLATES],
    [
      ['/body/slug', { ...template, slug: 'Not A Slug' }],
      ['/body/slug', { ...template, slug: '..' }],
      ['/body/name', { ...template, name: '' }],
      ['/body/constraints', { ...template, constraints: [] }],
      [
        '/body/constraints/core:rate:max_per_minit',
        { ...template, constraints: { 'core:rate:max_per_minit': 1 } },
      ],
      [
        '/body/constraints/core:rate:max_per_minute',
        { ...template, constraints: { 'core:rate:max_per_minute': '3' } },
      ],
      [
        '/body/constraints/core:pricing:model',
        { ...template, constraints: { 'core:pricing:model': 'per_call' } },
      ],
      ['/body/constraints/buy', { ...template, constraints: { buy: {} } }],
      ['/body/owner', { ...template, owner: 'me' }],
    ],
  )
  await assertRefused(
    server,
    ['POST', `/api/passports/${passport_id}/constraints`],
    [
      ['/body/template_slug', {}],
      ['/body/template_slug', { template_slug: '../x' }],
      ['/body/slug', { template_slug: 'sandbox', slug: 'x' }],
    ],
  )
  assert.equal((await apply(server, passport_id, 'constructor')).status, 404)
  assert.equal((await server.request('GET', TEMPLATES)).body.length, builtInTemplates.length)
})
