import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Fastify from 'fastify'
import { pino } from 'pino'
import { attributesOf, startCollector } from './collector.ts'

/** Addresses of all modules that this process loads from here on. */
const loaded: string[] = []
registerHooks({
  load(url, context, next) {
    loaded.push(url)
    return next(url, context)
  },
})
const { readConfig } = await import('../src/config.ts')
const { serve } = await import('../src/serve.ts')
const { startTracing } = await import('../src/tracing/start-tracing.ts')

const logger = pino({ level: 'silent' })
const KEY = `mod_live_${'k'.repeat(40)}`
const PARENT = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' }

async function startServer(t: TestContext, env: Record<string, string>) {
  const directory = mkdtempSync(join(tmpdir(), 'modei-test-'))
  const config = readConfig({ PORT: '0', MODEI_DATA_DIR: directory, MODEI_BOOTSTRAP_API_KEY: KEY, ...env })
  const server = await serve(config, logger)
  let open = true
  const close = async () => {
    if (open) await server.close()
    open = false
  }
  t.after(async () => {
    await close()
    rmSync(directory, { recursive: true, force: true })
  })
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(server.address + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const text = await answer.text()
    return { status: answer.status, id: answer.headers.get('x-request-id'), text }
  }
  return { address: server.address, post, close }
}

type Server = Awaited<ReturnType<typeof startServer>>

async function passportOf(server: Server): Promise<string> {
  await server.post('/api/gates', { name: 'Shop', gate_id: 'gate_hushed' })
  const issued = await server.post('/api/gates/gate_hushed/passports', {
    agent_id: 'agent_hushed',
    permissions: ['buy'],
  })
  return JSON.parse(issued.text).passport_id
}

function tracingLoaded(): boolean {
  return loaded.some((url) => /sdk-trace|trace-otlp/.test(url))
}

test('without a collector, or switched off, nothing of tracing is loaded', async (t) => {
  const plain = await startServer(t, {})
  assert.equal((await plain.post('/api/gates', { name: 'Shop', gate_id: 'gate_shop' })).status, 201)
  const off = await startServer(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_SDK_DISABLED: 'TRUE',
  })
  assert.equal((await off.post('/api/gates', { name: 'Shop', gate_id: 'gate_shop' })).status, 201)
  assert.ok(loaded.some((url) => url.includes('fastify')))
  assert.equal(tracingLoaded(), false)
})

test('a request is a span of the caller’s trace, and the decision in it a span below', async (t) => {
  const collector = await startCollector(t)
  const server = await startServer(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-token=a%20b,x-other=c=d',
    OTEL_SERVICE_NAME: 'gatekeeper',
  })
  const passport_id = await passportOf(server)
  const traceparent = `00-${PARENT.trace}-${PARENT.span}-01`
  const asked = await server.post('/api/enforce', { passport_id, action: 'buy' }, { traceparent })
  await server.post('/api/enforce', { passport_id, action: 'sell' })
  await server.close()
  assert.ok(tracingLoaded())
  assert.equal(collector.headers[0]?.['x-token'], 'a b')
  assert.equal(collector.headers[0]?.['x-other'], 'c=d')
  assert.ok(collector.text.includes('gatekeeper'))

  const spans = collector.spans()
  const ours = spans.filter(({ traceId }) => traceId === PARENT.trace)
  assert.deepEqual(ours.map(({ name }) => name).sort(), ['POST /api/enforce', 'decision'])
  const [request, decision] = ['POST /api/enforce', 'decision'].map((wanted) =>
    ours.find(({ name }) => name === wanted),
  )
  assert.equal(request?.parentSpanId, PARENT.span)
  assert.equal(request.kind, 2)
  assert.deepEqual(attributesOf(request), {
    'http.request.method': 'POST',
    'http.route': '/api/enforce',
    'http.response.status_code': 200,
    'modei.operation': 'enforce_action',
    'modei.request_id': asked.id ?? '',
  })
  assert.equal(decision?.parentSpanId, request.spanId)
  assert.deepEqual(attributesOf(decision), {
    'modei.kind': 'enforcement',
    'modei.decision': 'allow',
    'modei.batch_size': 1,
  })
  const issued = spans.find(({ name }) => name === 'POST /api/gates/:gate_id/passports')
  const refused = spans.find((span) => attributesOf(span)['modei.decision'] === 'block')
  assert.notEqual(refused?.traceId, PARENT.trace)
  assert.equal(refused?.status.code, 0)
  assert.equal(issued?.parentSpanId, undefined)
  assert.notEqual(issued?.traceId, refused?.traceId)
})

test('a tool called over MCP is a request below the one to /mcp', async (t) => {
  const collector = await startCollector(t)
  const server = await startServer(t, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces` })
  const call = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'list_gates', arguments: {} },
  }
  const answer = await server.post('/mcp', call, { accept: 'application/json, text/event-stream' })
  assert.equal(answer.status, 200, answer.text)
  await server.close()
  const outer = collector.spans().find(({ name }) => name === 'POST /mcp')
  const inner = collector.spans().find(({ name }) => name === 'GET /api/gates')
  assert.ok(outer)
  assert.equal(inner?.parentSpanId, outer.spanId, answer.text)
})

test('no key, query, path, id, target, body or header of a caller gets to the collector', async (t) => {
  const collector = await startCollector(t)
  const server = await startServer(t, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  const passport_id = await passportOf(server)
  await server.post(
    '/api/enforce?token=hushed',
    { passport_id, action: 'buy', target: 'https://hushed.example', metadata: { card: 'hushed' } },
    { traceparent: 'hushed', tracestate: 'vendor=hushed', baggage: 'who=hushed', 'user-agent': 'hushed' },
  )
  await server.post('/api/enforce', { passport_id, action: 'hushed' }, { tracestate: 'vendor=hushed' })
  await server.post('/nowhere/hushed?q=hushed', { hushed: 'hushed' })
  await server.post('/api/gates/hushed%2Fhushed/passports', { agent_id: 'hushed' })
  await server.post('/api/gates', 'hushed', { authorization: 'Bearer hushed' })
  await server.close()
  const names = collector.spans().map(({ name }) => name)
  assert.ok(names.includes('POST'), 'a request without a route has a span')
  assert.equal(names.filter((name) => name === 'decision').length, 2)
  for (const secret of ['hushed', KEY, 'kkkk', passport_id, 'mod_live', 'Bearer', 'ws_', '127.0.0.1']) {
    assert.ok(!collector.text.includes(secret), secret)
  }
})

test('an answer of 500 is a span with an error, one of 404 is none', async (t) => {
  const collector = await startCollector(t)
  const config = readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER: 'always_on' })
  const tracing = await startTracing(config, logger)
  const app = Fastify()
  tracing?.traceRequests(app)
  app.get('/broken/:part', async () => {
    throw new Error('a private reason')
  })
  assert.equal((await app.inject('/broken/one')).statusCode, 500)
  assert.equal((await app.inject('/absent')).statusCode, 404)
  await tracing?.close()
  const outcome = collector.spans().map((span) => [span.name, span.status.code])
  assert.deepEqual(outcome, [
    ['GET /broken/:part', 2],
    ['GET', 0],
  ])
  assert.ok(!collector.text.includes('private'))
})

test('what the sampler leaves out is not sent, and a caller without a trace is not refused', async (t) => {
  const collector = await startCollector(t)
  const server = await startServer(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0',
  })
  const passport_id = await passportOf(server)
  assert.equal((await server.post('/api/enforce', { passport_id, action: 'buy' })).status, 200)
  await server.close()
  assert.equal(collector.text, '')
})

test('a collector that is away, or never answers, changes no answer and does not keep the server from ending', async (t) => {
  const mute = await startCollector(t, { mute: true })
  // Longer than the server waits when it ends, so that it is the server which gives up. The exporter reads it itself.
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '2500'
  t.after(() => delete process.env.OTEL_EXPORTER_OTLP_TIMEOUT)
  await Promise.all(
    ['http://127.0.0.1:1', mute.url].map(async (url) => {
      const server = await startServer(t, { OTEL_EXPORTER_OTLP_ENDPOINT: url })
      const passport_id = await passportOf(server)
      // More than one batch of spans, so that sending begins while requests still come.
      for (let round = 0; round < 8; round += 1) {
        const answers = await Promise.all(
          Array.from({ length: 40 }, () => server.post('/api/enforce', { passport_id, action: 'buy' })),
        )
        for (const { status } of answers) assert.equal(status, 200)
      }
      await server.close()
    }),
  )
  assert.notEqual(mute.text, '')
})

test('settings of tracing that are not valid stop the start, and are not repeated', () => {
  const wrong = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-token=%zz',
    OTEL_TRACES_SAMPLER: 'sometimes',
    OTEL_TRACES_SAMPLER_ARG: '2',
  }
  for (const [name, value] of Object.entries(wrong)) {
    assert.throws(
      () => readConfig({ [name]: value }),
      (error: Error) => error.message.includes(name) && !error.message.includes(value),
    )
  }
})
