import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startProcess } from './server-process.ts'

const KEY = `mod_live_${'k'.repeat(40)}`

function dataDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'modei-process-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

const authorized = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }

test('the first start prints a full-access key once, later starts print none', async (t) => {
  const MODEI_DATA_DIR = dataDirectory(t)
  const first = await startProcess({ MODEI_DATA_DIR })
  const key = /mod_live_[0-9A-Za-z]{49}/.exec(first.output())?.[0] ?? ''
  const answer = await fetch(`${first.url}/api/gates`, { headers: { authorization: `Bearer ${key}` } })
  assert.equal(answer.status, 200)
  first.child.kill('SIGTERM')
  assert.deepEqual(await first.exited, { code: 0, signal: null })
  const second = await startProcess({ MODEI_DATA_DIR })
  assert.equal(second.output().includes('mod_live_'), false)
  const again = await fetch(`${second.url}/api/gates`, { headers: { authorization: `Bearer ${key}` } })
  assert.equal(again.status, 200)
  second.child.kill('SIGTERM')
  await second.exited
})

test('a second server on the same data directory is refused with a clear sentence, and the first goes on', async (t) => {
  const MODEI_DATA_DIR = dataDirectory(t)
  const first = await startProcess({ MODEI_DATA_DIR, MODEI_BOOTSTRAP_API_KEY: KEY })
  await assert.rejects(
    startProcess({ MODEI_DATA_DIR }),
    /another Modei server \(process \d+\) already runs on/,
  )
  assert.equal((await fetch(`${first.url}/readyz`)).status, 200)
  first.child.kill('SIGTERM')
  await first.exited
})

test('a lock left by a server that was killed is taken over', async (t) => {
  const MODEI_DATA_DIR = dataDirectory(t)
  const first = await startProcess({ MODEI_DATA_DIR })
  first.child.kill('SIGKILL')
  await first.exited
  const second = await startProcess({ MODEI_DATA_DIR })
  second.child.kill('SIGTERM')
  assert.equal((await second.exited).code, 0)
})

test('a bad setting stops the start and is named, its value is not', async (t) => {
  const MODEI_DATA_DIR = dataDirectory(t)
  await assert.rejects(
    startProcess({ MODEI_DATA_DIR, PORT: 'eighty', MODEI_SECRET_KEY: 'short-secret' }),
    (error: Error) => {
      assert.match(error.message, /PORT: must be a whole number/)
      assert.match(error.message, /MODEI_SECRET_KEY: must have at least 32 characters/)
      assert.equal(error.message.includes('short-secret'), false)
      return true
    },
  )
})

test('a wrong master secret stops the start, not the first signature', async (t) => {
  const MODEI_DATA_DIR = dataDirectory(t)
  const first = await startProcess({ MODEI_DATA_DIR })
  first.child.kill('SIGTERM')
  await first.exited
  await assert.rejects(
    startProcess({ MODEI_DATA_DIR, MODEI_SECRET_KEY: 'x'.repeat(32) }),
    /MODEI_SECRET_KEY is not the secret that this database was made under/,
  )
})

test('the master secret is made at the first start in a file that only its owner reads', async (t) => {
  const MODEI_DATA_DIR = dataDirectory(t)
  const server = await startProcess({ MODEI_DATA_DIR })
  const file = join(MODEI_DATA_DIR, 'secret.key')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.match(readFileSync(file, 'utf8'), /^[0-9a-f]{64}\n$/)
  server.child.kill('SIGTERM')
  await server.exited
  writeFileSync(file, 'tiny\n')
  await assert.rejects(startProcess({ MODEI_DATA_DIR }), /holds no usable secret/)
})

test('SIGTERM under load loses no answered decision and ends with code 0', async (t) => {
  const MODEI_DATA_DIR = dataDirectory(t)
  const server = await startProcess({ MODEI_DATA_DIR, MODEI_BOOTSTRAP_API_KEY: KEY })
  const post = (path: string, body: unknown) =>
    fetch(server.url + path, { method: 'POST', headers: authorized, body: JSON.stringify(body) })
  await post('/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const granted = await post('/api/gates/gate_shop/passports', { agent_id: 'a', permissions: ['buy'] })
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  const issued: any = await granted.json()
  const answered: string[] = []
  const worker = async () => {
    for (let i = 0; i < 1000; i += 1) {
      const answer = await post('/api/enforce', { passport_id: issued.passport_id, action: 'buy' })
      if (answer.status !== 200) return
      // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
      const decided: any = await answer.json()
      answered.push(decided.attestation_id)
    }
  }
  const workers = Array.from({ length: 10 }, () => worker().catch(() => undefined))
  while (answered.length < 50) await new Promise((resolve) => setTimeout(resolve, 5))
  server.child.kill('SIGTERM')
  assert.deepEqual(await server.exited, { code: 0, signal: null })
  await Promise.all(workers)
  const again = await startProcess({ MODEI_DATA_DIR })
  for (const id of answered) {
    const answer = await fetch(`${again.url}/api/attestations/${id}`, { headers: authorized })
    assert.equal(answer.status, 200, `${id} was answered and is lost`)
  }
  again.child.kill('SIGTERM')
  await again.exited
})
