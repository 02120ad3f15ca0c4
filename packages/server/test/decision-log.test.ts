import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pino } from 'pino'
import { createApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { SecretBox } from '../src/secret-box.ts'
import { createWorkspace } from '../src/services/workspaces.ts'
import { Signer } from '../src/store/signer.ts'
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts'

test('the log has one line per decision, and no key, target, metadata or private key in any line', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'modei-log-'))
  const box = new SecretBox('a secret for tests, at least 32 characters')
  const store = await openSqliteStore(join(directory, 'modei.db'), { signer: new Signer(box) })
  const { api_key: key } = await store.write((tx, now) =>
    createWorkspace(tx, box, { name: 'own', mode: 'live' }, now),
  )
  const lines: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) })
  const app = createApp({ store, box, logger, config: readConfig({ MODEI_DATA_DIR: directory }) })
  t.after(async () => {
    await app.close()
    rmSync(directory, { recursive: true, force: true })
  })
  const post = async (url: string, payload: object) => {
    const answer = await app.http.inject({
      method: 'POST',
      url,
      payload,
      headers: { authorization: `Bearer ${key}` },
    })
    return { status: answer.statusCode, body: answer.json() }
  }
  await post('/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const passport = (
    await post('/api/gates/gate_shop/passports', { agent_id: 'agent-1', permissions: ['buy'] })
  ).body
  const made = (await post('/api/users/api-keys', { name: 'second' })).body
  lines.length = 0
  const secrets = { target: 'https://shop.example/?token=tgt-secret', metadata: { note: 'meta-secret' } }
  const permitted = await post('/api/enforce', {
    passport_id: passport.passport_id,
    action: 'buy',
    ...secrets,
  })
  const blocked = await post('/api/enforce', {
    passport_id: passport.passport_id,
    action: 'sell',
    ...secrets,
  })
  const checked = await post('/api/gates/gate_shop/check', {
    passport_id: passport.passport_id,
    action: 'buy',
  })
  await post('/api/enforce', { action: 'buy' })
  const decisions = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'decision')
  assert.deepEqual(
    decisions.map(({ kind, decision, reason_code, attestation_id }) => [
      kind,
      decision,
      reason_code,
      attestation_id,
    ]),
    [
      ['enforce', 'allow', null, permitted.body.attestation_id],
      ['enforce', 'block', 'permission_not_granted', blocked.body.attestation_id],
      ['check', 'allow', null, checked.body.attestation_id],
    ],
  )
  const text = lines.join('')
  for (const secret of [key, made.key, passport.agent_private_key, 'tgt-secret', 'meta-secret']) {
    assert.equal(text.includes(secret), false)
  }
})
