import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startServer } from '../../server/test/harness.ts'
import { modei, temporary } from './cli.ts'

/** A server with a gate whose chain has some records. */
async function recorded(t: TestContext) {
  const server = await startServer(t)
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const issued = { agent_id: 'a', permissions: ['buy'] }
  const { body } = await server.request('POST', '/api/gates/gate_shop/passports', issued)
  for (const action of ['buy', 'sell', 'buy']) {
    await server.request('POST', '/api/enforce', {
      passport_id: body.passport_id,
      action,
      target: 'a\u2028b',
    })
  }
  return { server, env: { MODEI_API_URL: server.url, MODEI_API_KEY: server.keys.own } }
}

test('the chain of a gate is read from the server and verified up to its checkpoint', async (t) => {
  const { env } = await recorded(t)
  const run = await modei(['audit', 'verify', '--gate', 'gate_shop', '--json'], env)
  assert.equal(run.code, 0, run.stderr)
  const verdict = JSON.parse(run.stdout)
  assert.deepEqual(
    [verdict.ok, verdict.chains],
    [true, [{ chain_id: 'gate_shop', verified: 3, checkpoint: true, kept: 0, kept_from: null }]],
  )
})

test('an export verifies on its own when the server is gone, and shows a tail that was cut off', async (t) => {
  const { env } = await recorded(t)
  const file = join(temporary(t), 'shop.jsonl')
  const exported = await modei(['audit', 'export', '--gate', 'gate_shop', '-o', file], env)
  assert.equal(exported.code, 0, exported.stderr)
  const whole = await modei(['audit', 'verify', file])
  assert.equal(whole.code, 0, `${whole.stdout}${whole.stderr}`)
  assert.match(whole.stdout, /whole: 3 records/)
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, 2)
  writeFileSync(file, `${lines.join('\n')}\n`)
  const cut = await modei(['audit', 'verify', file])
  assert.equal(cut.code, 10)
  assert.match(cut.stdout, /record 3 of gate_shop: truncated/)
  writeFileSync(file, '')
  assert.match((await modei(['audit', 'verify', file])).stdout, /record 1 of gate_shop: truncated/)
})

test('records of a compromised key count only as far as a checkpoint by a sound key reaches', async (t) => {
  const { server, env } = await recorded(t)
  const file = join(temporary(t), 'shop.jsonl')
  await server.request('POST', '/api/gates/gate_shop/keys/rotate', { compromised: true })
  await modei(['audit', 'export', '--gate', 'gate_shop', '-o', file], env)
  const beside = JSON.parse(readFileSync(`${file}.keys.json`, 'utf8'))
  writeFileSync(`${file}.keys.json`, JSON.stringify({ ...beside, checkpoint: null }))
  const bare = await modei(['audit', 'verify', file])
  assert.equal(bare.code, 10)
  assert.match(bare.stdout, /record 1 of gate_shop: key_unknown/)
})
