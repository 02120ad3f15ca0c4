import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Metrics } from '../src/metrics/metrics.ts'
import { type Harness, startServer } from './harness.ts'

/** The value of one line of the text format, or undefined when there is no such line. */
function readValue(text: string, series: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1).split(' ')[0])
}

async function scrape(server: Harness): Promise<string> {
  const answer = await server.request('GET', '/metrics', undefined, { key: null })
  assert.equal(answer.status, 200)
  return answer.text
}

async function passportOf(server: Harness): Promise<string> {
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const issued = await server.request('POST', '/api/gates/gate_shop/passports', {
    agent_id: 'agent_secretive',
    permissions: ['buy'],
  })
  return issued.body.passport_id
}

test('metrics are in the text format that Prometheus reads', async (t) => {
  const server = await startServer(t)
  const answer = await server.request('GET', '/metrics', undefined, { key: null })
  assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  for (const line of answer.text.trimEnd().split('\n')) {
    assert.match(
      line,
      /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})? [-+0-9.eInf]+)$/,
    )
  }
})

test('every record counts once, by kind and result, and its batch by size and time', async (t) => {
  const server = await startServer(t)
  const passport_id = await passportOf(server)
  await Promise.all(
    Array.from({ length: 7 }, () => server.request('POST', '/api/enforce', { passport_id, action: 'buy' })),
  )
  await server.request('POST', '/api/enforce', { passport_id, action: 'sell' })
  const text = await scrape(server)
  assert.equal(readValue(text, 'modei_decisions_total{kind="enforcement",result="allow"}'), 7)
  assert.equal(readValue(text, 'modei_decisions_total{kind="enforcement",result="block"}'), 1)
  assert.equal(readValue(text, 'modei_flush_size_sum'), 8)
  const flushes = readValue(text, 'modei_flush_size_count') ?? 0
  assert.ok(flushes >= 2 && flushes <= 8)
  assert.equal(readValue(text, 'modei_flush_seconds_count'), flushes)
  assert.equal(readValue(text, 'modei_decisions_waiting'), 0)
})

test('each commit has its time, whichever thread made it, and what was never written has none', async (t) => {
  const server = await startServer(t)
  const passport_id = await passportOf(server)
  assert.equal(readValue(await scrape(server), 'modei_commit_seconds_count') ?? 0, 0)
  const enforce = (key: string | null = server.keys.own) =>
    server.request('POST', '/api/enforce', { passport_id, action: 'buy' }, { key })
  await enforce()
  const first = await scrape(server)
  assert.equal(readValue(first, 'modei_commit_seconds_count'), 1)
  assert.ok((readValue(first, 'modei_commit_seconds_sum') ?? 0) > 0)
  await enforce(null)
  assert.equal(readValue(await scrape(server), 'modei_commit_seconds_count'), 1)
  // So many at once that most are committed in batches that are worth a thread.
  await Promise.all(Array.from({ length: 40 }, () => enforce()))
  const last = await scrape(server)
  assert.equal(
    readValue(last, 'modei_commit_seconds_count'),
    readValue(last, 'modei_flush_seconds_count'),
    'every batch was committed once',
  )
  const [commits = 0, batches = 0] = ['modei_commit_seconds_sum', 'modei_flush_seconds_sum'].map((name) =>
    readValue(last, name),
  )
  assert.ok(commits > 0 && commits <= batches)
})

test('connections are counted by pool, and an embedded database has none', async (t) => {
  const server = await startServer(t)
  const passport_id = await passportOf(server)
  await server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
  const text = await scrape(server)
  for (const pool of ['decisions', 'others']) {
    const count = (state: string) => readValue(text, `modei_database_connections${state}{pool="${pool}"}`)
    if (server.store.engine === 'sqlite') {
      for (const state of ['', '_idle', '_waiting']) assert.equal(count(state), undefined)
    } else {
      assert.ok((count('') ?? 0) >= 1, pool)
      assert.ok((count('_idle') ?? -1) >= 0 && (count('_idle') ?? 0) <= (count('') ?? 0), pool)
      assert.equal(count('_waiting'), 0)
    }
  }
})

test('requests count by operation and status, whatever the spelling of the path', async (t) => {
  const server = await startServer(t)
  await server.request('GET', '/api/gates')
  await server.request('GET', '/api/v1/gates')
  await server.request('GET', '/api/gates', undefined, { key: null })
  await server.request('GET', '/api/gates/gate_absent')
  await server.request('GET', '/api/no-such-route')
  await server.request('GET', '/api/gates/%zz')
  const text = await scrape(server)
  const count = (operation: string, status: number) =>
    readValue(text, `modei_http_request_seconds_count{operation="${operation}",status="${status}"}`)
  assert.equal(count('list_gates', 200), 2)
  assert.equal(count('list_gates', 401), 1)
  assert.equal(count('get_gate', 404), 1)
  assert.ok((count('none', 404) ?? 0) >= 1)
})

test('every request counts once with its time, however many came before somebody collects', async () => {
  const metrics = new Metrics()
  const count = async (status: number) =>
    readValue(
      await metrics.text(),
      `modei_http_request_seconds_count{operation="enforce",status="${status}"}`,
    )
  for (let i = 0; i < 1000; i += 1) metrics.onRequest('enforce', i % 4 === 0 ? 503 : 200, 2000)
  assert.equal(await count(200), 750)
  assert.equal(await count(503), 250)
  metrics.onRequest('enforce', 503, 2000)
  assert.equal(await count(503), 251)
  const sum = 'modei_http_request_seconds_sum{operation="enforce",status="503"}'
  assert.equal(readValue(await metrics.text(), sum), 502)
})

test('the cache of passports tells hits from misses', async (t) => {
  const server = await startServer(t)
  const passport_id = await passportOf(server)
  for (let i = 0; i < 4; i += 1) await server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
  const text = await scrape(server)
  assert.equal(readValue(text, 'modei_passport_cache_total{result="miss"}'), 1)
  assert.ok((readValue(text, 'modei_passport_cache_total{result="hit"}') ?? 0) >= 3)
  assert.equal(readValue(text, 'modei_passport_cache_size'), 1)
})

test('the database and the memory of the process are measured when somebody collects', async (t) => {
  const server = await startServer(t)
  const text = await scrape(server)
  assert.equal(readValue(text, 'modei_database_up'), 1)
  assert.ok(Number.isFinite(readValue(text, 'modei_database_ping_seconds')))
  assert.ok((readValue(text, 'process_resident_memory_bytes') ?? 0) > 1_000_000)
})

test('no number names a tenant, a gate, an agent, a passport or a key', async (t) => {
  const server = await startServer(t)
  const passport_id = await passportOf(server)
  await server.request('POST', '/api/enforce', { passport_id, action: 'buy' })
  await server.request('GET', '/api/gates/gate_shop')
  const text = await scrape(server)
  for (const secret of [
    'gate_shop',
    'agent_secretive',
    passport_id,
    ...Object.values(server.workspaces),
    'mod_live',
    'buy',
  ]) {
    assert.equal(text.includes(secret), false, secret)
  }
})

test('many who collect at once get whole answers', async (t) => {
  const server = await startServer(t)
  const texts = await Promise.all(Array.from({ length: 20 }, () => scrape(server)))
  for (const text of texts) assert.equal(readValue(text, 'modei_database_up'), 1)
})

test('with a token, the numbers are for its holder alone', async (t) => {
  const MODEI_METRICS_TOKEN = 'a-token-of-the-collector'
  const server = await startServer(t, { MODEI_METRICS_TOKEN })
  const get = (authorization: string | undefined) =>
    fetch(`${server.url}/metrics`, { headers: authorization === undefined ? {} : { authorization } })
  assert.equal((await get(`Bearer ${MODEI_METRICS_TOKEN}`)).status, 200)
  for (const wrong of [
    undefined,
    '',
    'Bearer ',
    MODEI_METRICS_TOKEN,
    `Bearer ${MODEI_METRICS_TOKEN}x`,
    `Bearer ${server.keys.own}`,
  ]) {
    const answer = await get(wrong)
    assert.equal(answer.status, 401, wrong)
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
    assert.equal((await answer.text()).includes('modei_'), false)
  }
})

test('metrics that are off are no route', async (t) => {
  const server = await startServer(t, { MODEI_METRICS: 'off' })
  assert.equal((await server.request('GET', '/metrics')).status, 404)
})
