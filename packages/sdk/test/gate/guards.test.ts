import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import Fastify from 'fastify'
import {
  ASSERTION_HEADER,
  type Decider,
  expressGuard,
  fastifyGuard,
  type GuardOptions,
  gateResultOf,
  guardHttp,
  honoGuard,
  PASSPORT_HEADER,
  PASSPORT_ID_HEADER,
} from 'modei/gate'
import { passportHeaders } from 'modei/passport'
import { assertion, heldFromAnswer } from '../../../server/test/agents.ts'
import { issue } from '../../../server/test/shop.ts'
import { openShop, presented } from './shop-gate.ts'

interface Answer {
  status: number
  type: string | null
  body: Record<string, unknown>
  headers: Headers
}

type Ask = (headers: Record<string, string>) => Promise<Answer>

/** One guarded route in each framework; it answers who was let through. */
const FRAMEWORKS: Readonly<Record<string, (t: TestContext, gate: Decider) => Promise<Ask>>> = {
  async 'node:http'(t, gate) {
    return askOver(await listen(t, createServer(guardHttp(gate, OPTIONS, answerWith))))
  },
  async Express(t, gate) {
    // Express hands its middleware Node's own request and response, with members of its own on top.
    const middleware = expressGuard<IncomingMessage>(gate, OPTIONS)
    const server = createServer((request, response) => {
      void middleware(request, response, () => answerWith(request, response))
    })
    return askOver(await listen(t, server))
  },
  async Fastify(t, gate) {
    const app = Fastify()
    app.get('/book', { preHandler: fastifyGuard(gate, OPTIONS) }, (request) => ({
      passport_id: gateResultOf(request)?.passport_id,
    }))
    t.after(() => app.close())
    return askOver(await app.listen({ port: 0, host: '127.0.0.1' }))
  },
  async Hono(_t, gate) {
    const middleware = honoGuard(gate, OPTIONS)
    return async (headers) => {
      // As Hono composes: what the middleware returns is the answer, else what the handler left on the context.
      const request = new Request('http://shop.example/book', { headers })
      const context = { req: { header: (name: string) => request.headers.get(name) ?? undefined } }
      let handled: Response | undefined
      const refused = await middleware(context, async () => {
        handled = Response.json({ passport_id: gateResultOf(context)?.passport_id })
      })
      return read(refused ?? handled ?? Response.error())
    }
  },
}

const OPTIONS: GuardOptions<unknown> = { action: 'buy' }

function answerWith(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ passport_id: gateResultOf(request)?.passport_id }))
}

async function listen(t: TestContext, server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

function askOver(url: string): Ask {
  return async (headers) => read(await fetch(`${url}/book`, { headers }))
}

async function read(response: Response): Promise<Answer> {
  const { status, headers } = response
  return { status, headers, type: headers.get('content-type'), body: JSON.parse(await response.text()) }
}

for (const [name, serve] of Object.entries(FRAMEWORKS)) {
  suite(name, () => {
    test('a permitted request runs its handler, a refused one is told why, and nothing else runs', async (t) => {
      const shop = await openShop(t)
      const passport = await issue(shop.server, ['buy'])
      const other = await issue(shop.server, ['sell'])
      const ask = await serve(t, shop.gate)

      const yes = await ask(passportHeaders(presented(passport)))
      assert.deepEqual([yes.status, yes.body], [200, { passport_id: passport.passport_id }])
      const byId = await ask(passportHeaders({ passport_id: passport.passport_id }))
      assert.deepEqual([byId.status, byId.body], [200, { passport_id: passport.passport_id }])

      const no = await ask(passportHeaders(presented(other)))
      assert.equal(no.status, 403)
      assert.match(no.type ?? '', /^application\/problem\+json/)
      assert.deepEqual([no.body.reason_code, no.body.status], ['permission_not_granted', 403])

      const nobody = await ask({})
      assert.deepEqual([nobody.status, nobody.body.reason_code], [401, 'passport_not_presented'])
      assert.equal(nobody.headers.get('www-authenticate'), 'Modei-Passport')

      await shop.gate.close()
      const closed = await ask(passportHeaders(presented(passport)))
      assert.deepEqual([closed.status, closed.body.reason_code], [503, 'gate_closed'])
      assert.equal(closed.headers.get('retry-after'), '1')
    })

    test('a header that cannot be read is refused and not taken for absent', async (t) => {
      const shop = await openShop(t)
      const passport = await issue(shop.server, ['buy'])
      const good = passportHeaders(presented(passport))
      const ask = await serve(t, shop.gate)
      for (const value of ['!', 'e30', 'e30=', 'bnVsbA', 'eyJhIjoxLCJhIjoyfQ', 'A'.repeat(9000)]) {
        const bad = await ask({ [PASSPORT_HEADER]: value })
        assert.deepEqual([bad.status, bad.body.reason_code], [403, 'invalid_envelope_shape'], value)
        const badProof = await ask({ ...good, [ASSERTION_HEADER]: value })
        assert.deepEqual([badProof.status, badProof.body.reason_code], [403, 'assertion_mismatch'], value)
      }
      for (const value of ['../gates', 'pp_a, pp_b', 'gate_shop']) {
        const bad = await ask({ [PASSPORT_ID_HEADER]: value })
        assert.deepEqual([bad.status, bad.body.reason_code], [403, 'invalid_passport_reference'], value)
      }
    })

    test('a gate that throws lets nobody through', async (t) => {
      const ask = await serve(t, {
        decide() {
          throw new Error('broken')
        },
      })
      const refused = await ask({})
      assert.deepEqual([refused.status, refused.body.reason_code], [503, 'gate_failed'])
      assert.doesNotMatch(JSON.stringify(refused.body), /broken/)
    })
  })
}

test('an assertion travels beside the passport', async (t) => {
  const shop = await openShop(t, { gate: { profile: 'L3' } })
  const passport = await issue(shop.server, ['buy'])
  const ask = await FRAMEWORKS['node:http']?.(t, shop.gate)
  assert.ok(ask)
  const proof = assertion(heldFromAnswer(passport), { gate_id: 'gate_shop', action: 'buy' })
  assert.equal((await ask(passportHeaders(presented(passport)))).body.reason_code, 'missing_assertion')
  assert.equal((await ask(passportHeaders(presented(passport), proof))).status, 200)
})

test('what a request asks for is read from it, and a reader that throws lets it not through', async (t) => {
  const shop = await openShop(t)
  const passport = await issue(shop.server, ['buy'], {
    constraints: { 'core:scope:target_allowlist': ['shop/*'], 'core:cost:max_per_action': 5 },
  })
  const options: GuardOptions<IncomingMessage> = {
    action: 'buy',
    target: ({ url = '' }) => url.slice(1),
    cost_cents: ({ headers }) => JSON.parse(String(headers['x-cents'])),
  }
  const url = await listen(t, createServer(guardHttp(shop.gate, options, answerWith)))
  const status = async (path: string, cents: string) => {
    const headers = { ...passportHeaders(presented(passport)), 'x-cents': cents }
    return (await fetch(url + path, { headers })).status
  }
  assert.equal(await status('/shop/1', '5'), 200)
  assert.equal(await status('/shop/1', '6'), 403)
  assert.equal(await status('/other/1', '5'), 403)
  assert.equal(await status('/shop/1', '-1'), 403)
  assert.equal(await status('/shop/1', 'much'), 503)
})

test('headers that would be too long are not made', () => {
  const passport = { passport_json: JSON.stringify('x'.repeat(70_000)), signature: '' }
  assert.throws(() => passportHeaders(passport), RangeError)
})
