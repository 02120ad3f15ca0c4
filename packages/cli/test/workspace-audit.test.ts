import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startServer } from '../../server/test/harness.ts'
import { modei, temporary } from './cli.ts'

/** A server that decides at no gate, and once at one. */
async function openWorkspace(t: TestContext) {
  const server = await startServer(t)
  const { issuer_id } = (await server.request('POST', '/api/issuers', { name: 'Acme' })).body
  const grant = { agent_id: 'a', permissions: ['buy'] }
  const own = (await server.request('POST', '/api/passports', { ...grant, issuer_id })).body.passport_id
  await server.request('POST', '/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const shop = (await server.request('POST', '/api/gates/gate_shop/passports', grant)).body.passport_id
  await server.request('POST', '/api/enforce', { passport_id: shop, action: 'buy' })
  const directory = temporary(t)
  return {
    server,
    workspace: server.workspaces.own,
    env: { MODEI_API_URL: server.url, MODEI_API_KEY: server.keys.own },
    at: (name: string) => join(directory, name),
    async decide(count: number) {
      for (let i = 0; i < count; i += 1)
        await server.request('POST', '/api/enforce', { passport_id: own, action: 'buy' })
    },
  }
}

test('the records of a workspace at no gate are exported with their keys, and verified without the server', async (t) => {
  const { workspace, env, at, decide } = await openWorkspace(t)
  await decide(3)
  const exported = await modei(['audit', 'export', '--workspace', workspace, '-o', at('log')], env)
  assert.equal(exported.code, 0, exported.stderr)
  const whole = await modei(['audit', 'verify', at('log')])
  assert.equal(whole.code, 0, `${whole.stdout}${whole.stderr}`)
  assert.match(whole.stdout, /whole: 3 records in 1 chains/)
  const lines = readFileSync(at('log'), 'utf8').trimEnd().split('\n')
  writeFileSync(at('log'), lines.slice(0, 2).join('\n'))
  const cut = await modei(['audit', 'verify', at('log')])
  assert.equal(cut.code, 10)
  assert.match(cut.stdout, new RegExp(`record 3 of ${workspace}: truncated`))
  writeFileSync(at('log'), lines.join('\n').replaceAll('buy', 'sell'))
  assert.match((await modei(['audit', 'verify', at('log')])).stdout, /record 1 of .*: hash_mismatch/)
})

test('a workspace’s root is kept, proved to be continued, and holds the log to it afterwards', async (t) => {
  const { server, workspace, env, at, decide } = await openWorkspace(t)
  const keep = () =>
    modei(['audit', 'checkpoint', '--workspace', workspace, '-o', at('note')], { MODEI_API_URL: server.url })
  const verify = (...options: string[]) =>
    modei(['audit', 'verify', '--workspace', workspace, ...options], env)
  await decide(2)
  const first = await keep()
  assert.equal(first.code, 0, first.stderr)
  await decide(2)
  const grown = await keep()
  assert.match(grown.stdout, /the 2 records in .* are unchanged\nkept .*: 4 records of ws_/)
  writeFileSync(at('link'), (await server.request('GET', `/api/workspaces/${workspace}/checkpoint`)).text)
  const whole = await verify('--checkpoint', at('note'), at('link'), '--json')
  assert.equal(whole.code, 0, `${whole.stdout}${whole.stderr}`)
  const [chain] = JSON.parse(whole.stdout).chains
  assert.deepEqual([chain.chain_id, chain.verified, chain.checkpoint, chain.kept], [workspace, 4, true, 2])
  await server.database.tamper(
    `delete from attestations where chain_id = '${workspace}' and chain_index = 4;
     delete from checkpoints; delete from merkle_nodes;
     update chains set head_index = 3, head_hash = (select chain_hash from attestations
       where chain_id = '${workspace}' and chain_index = 3) where chain_id = '${workspace}'`,
  )
  const cut = await verify('--checkpoint', at('note'))
  assert.equal(cut.code, 10)
  assert.match(cut.stdout, /record 4 of ws_.*: truncated/)
  const again = await keep()
  assert.equal(again.code, 10)
  assert.match(again.stdout, /no continuation of the 4/)
})

test('keys and checkpoints of another log vouch for nothing', async (t) => {
  const { server, workspace, env, at, decide } = await openWorkspace(t)
  await decide(2)
  await modei(['audit', 'export', '--workspace', workspace, '-o', at('log')], env)
  const text = async (path: string) => (await server.request('GET', path)).text
  writeFileSync(at('shop.json'), await text('/api/gates/gate_shop/public'))
  writeFileSync(at('other.json'), await text(`/api/workspaces/${server.workspaces.other}/public`))
  writeFileSync(at('own.json'), await text(`/api/workspaces/${workspace}/public`))
  for (const keys of ['shop.json', 'other.json']) {
    const run = await modei(['audit', 'verify', at('log'), '--keys', at(keys)])
    assert.equal(run.code, 10, keys)
    assert.match(run.stdout, /key_unknown/)
  }
  const own = ['audit', 'verify', at('log'), '--keys', at('own.json')]
  assert.equal((await modei(own)).code, 0)
  for (const path of [
    `/api/gates/gate_shop/checkpoint`,
    `/api/workspaces/${server.workspaces.other}/checkpoint`,
  ]) {
    writeFileSync(at('link'), await text(path))
    assert.equal((await modei([...own, '--checkpoint', at('link')])).code, 1, path)
  }
  const { note } = JSON.parse(await text('/api/gates/gate_shop/log/checkpoint'))
  writeFileSync(at('note'), note.replaceAll('gate_shop', workspace))
  const forged = await modei([...own, '--checkpoint', at('note')])
  assert.equal(forged.code, 1)
  assert.match(forged.stderr, /not to be believed/)
})

test('each audit command is about exactly one log, by an id of its kind', async () => {
  for (const args of [
    ['audit', 'verify'],
    ['audit', 'verify', 'file', '--workspace', 'ws_00000000'],
    ['audit', 'verify', '--gate', 'gate_shop', '--workspace', 'ws_00000000'],
    ['audit', 'export', '-o', 'file'],
    ['audit', 'export', '-o', 'file', '--gate', 'gate_shop', '--workspace', 'ws_00000000'],
    ['audit', 'checkpoint', '-o', 'file'],
    ['audit', 'checkpoint', '-o', 'file', '--gate', 'gate_shop', '--workspace', 'ws_00000000'],
    ['audit', 'verify', '--gate', 'ws_00000000'],
    ['audit', 'export', '-o', 'file', '--gate', 'shop'],
    ['audit', 'checkpoint', '-o', 'file', '--workspace', '../ws_00000000'],
  ]) {
    const run = await modei(args, {
      MODEI_API_URL: 'http://127.0.0.1:9',
      MODEI_API_KEY: `mod_live_${'k'.repeat(40)}`,
    })
    assert.equal(run.code, 2, args.join(' '))
  }
})
