import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, type TestContext, test } from 'node:test'
import { pino } from 'pino'
import { readConfig } from '../../src/config.ts'
import { serve } from '../../src/serve.ts'
import { attributesOf, type Span, startCollector } from '../collector.ts'
import { startProcess, workersOf } from '../server-process.ts'
import { execute, type PostgresServer, startPostgres } from './postgres-server.ts'

const KEY = `mod_live_${'t'.repeat(40)}`
const SECRET = 'the secret of traced servers, at least 32 characters'

interface Asked {
  status: number
  /** Of the request, as its answer says. */
  request_id: string
  /** The caller's own trace and span. */
  trace_id: string
  span_id: string
}

interface Traced {
  url: string
  /** Ends it, which sends what is left. */
  close(): Promise<void>
}

describe('traces over PostgreSQL', () => {
  let postgres: PostgresServer
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.stop())

  /** A server in this process. */
  async function serveHere(env: Record<string, string>): Promise<Traced> {
    const server = await serve(readConfig({ PORT: '0', ...env }), pino({ level: 'silent' }))
    return { url: server.address, close: () => server.close() }
  }

  /** Makes a database, a server on it that sends its spans to a collector of the test, a gate and a passport. */
  async function startTraced(t: TestContext, start: (env: Record<string, string>) => Promise<Traced>) {
    const collector = await startCollector(t)
    const database = await postgres.createDatabase()
    const server = await start({
      DATABASE_URL: database,
      MODEI_SECRET_KEY: SECRET,
      MODEI_BOOTSTRAP_API_KEY: KEY,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    })
    let closing: Promise<void> | undefined
    const close = () => {
      closing ??= server.close()
      return closing
    }
    t.after(close)
    const post = (path: string, body: object, headers: Record<string, string> = {}) =>
      fetch(server.url + path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${KEY}`,
          'content-type': 'application/json',
          connection: 'close',
          ...headers,
        },
        body: JSON.stringify(body),
      })
    assert.equal((await post('/api/gates', { name: 'Shop', gate_id: 'gate_shop' })).status, 201)
    const issued = await post('/api/gates/gate_shop/passports', { agent_id: 'agent', permissions: ['buy'] })
    const { passport_id } = Object(await issued.json())

    async function enforce(): Promise<Asked> {
      const [trace_id, span_id] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
      const body = { passport_id, action: 'buy' }
      const answer = await post('/api/enforce', body, { traceparent: `00-${trace_id}-${span_id}-01` })
      await answer.arrayBuffer()
      return {
        status: answer.status,
        request_id: answer.headers.get('x-request-id') ?? '',
        trace_id,
        span_id,
      }
    }
    /** Tells the server to end, which sends what is left. @returns all spans that arrived, by trace */
    async function spansAtEnd(): Promise<Map<string, Span[]>> {
      await close()
      return Map.groupBy(collector.spans(), ({ traceId }) => traceId)
    }
    return { database, collector, enforce, spansAtEnd }
  }

  /** The two spans of an asked decision: the request below the caller's, and the decision below the request. */
  function pairOf(traces: Map<string, Span[]>, { trace_id, span_id, request_id }: Asked): [Span, Span] {
    const spans = traces.get(trace_id) ?? []
    assert.deepEqual(spans.map(({ name }) => name).sort(), ['POST /api/enforce', 'decision'])
    const request = spans.find(({ name }) => name !== 'decision')
    const decision = spans.find(({ name }) => name === 'decision')
    assert.ok(request && decision)
    assert.equal(request.parentSpanId, span_id)
    assert.equal(attributesOf(request)['modei.request_id'], request_id)
    assert.equal(decision.parentSpanId, request.spanId)
    return [request, decision]
  }

  test('each of many requests at once is a span of its caller’s trace with its own decision below', async (t) => {
    const { enforce, spansAtEnd, collector } = await startTraced(t, serveHere)
    const asked = await Promise.all(Array.from({ length: 60 }, enforce))
    const traces = await spansAtEnd()
    const sizes: number[] = []
    for (const one of asked) {
      assert.equal(one.status, 200)
      const [request, decision] = pairOf(traces, one)
      assert.deepEqual([request.status.code, decision.status.code], [0, 0])
      const { 'modei.batch_size': size, ...said } = attributesOf(decision)
      assert.deepEqual(said, { 'modei.kind': 'enforcement', 'modei.decision': 'allow' })
      sizes.push(Number(size))
    }
    // Each batch of n decisions says so n times.
    assert.equal(Math.round(sizes.reduce((sum, size) => sum + 1 / size, 0) * 1e6) % 1e6, 0)
    for (const secret of [KEY, SECRET, 'postgres', 'gate_shop', 'ws_']) {
      assert.equal(collector.text.includes(secret), false, secret)
    }
  })

  test('a decision that the database refuses to record is a span with an error, and says nothing of why', async (t) => {
    const { database, enforce, spansAtEnd, collector } = await startTraced(t, serveHere)
    const recorded = await enforce()
    await execute(
      database,
      `create function refuse() returns trigger language plpgsql as
         $$ begin raise exception 'a private reason' using errcode = '53100'; end $$;
       create trigger refuse before insert on attestations for each row execute function refuse()`,
    )
    const refused = await enforce()
    assert.deepEqual([recorded.status, refused.status], [200, 503])
    const traces = await spansAtEnd()
    const outcome = (asked: Asked) => pairOf(traces, asked).map(({ status }) => status.code)
    assert.deepEqual(outcome(recorded), [0, 0])
    assert.deepEqual(outcome(refused), [2, 2])
    assert.equal(collector.text.includes('private'), false)
  })

  test('every worker sends its own spans, and when it ends what is left of them', async (t) => {
    let workers: number[] = []
    const { enforce, spansAtEnd } = await startTraced(t, async (env) => {
      const server = await startProcess({ ...env, MODEI_WORKERS: '2' })
      workers = workersOf(server)
      return {
        url: server.url,
        async close() {
          server.child.kill('SIGTERM')
          assert.deepEqual(await server.exited, { code: 0, signal: null })
        },
      }
    })
    assert.equal(workers.length, 2)
    const asked: Asked[] = []
    // The system gives a connection to whoever takes it first: each worker in turn is the only one that can.
    for (const idle of workers) {
      process.kill(idle, 'SIGSTOP')
      try {
        asked.push(...(await Promise.all(Array.from({ length: 10 }, enforce))))
      } finally {
        process.kill(idle, 'SIGCONT')
      }
    }
    const traces = await spansAtEnd()
    for (const one of asked) {
      assert.equal(one.status, 200)
      pairOf(traces, one)
    }
  })
})
