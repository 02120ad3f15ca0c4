import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../bin/modei.js', import.meta.url))

test('`modei` runs the command line where it is installed', () => {
  const { status, stdout } = spawnSync(process.execPath, [BIN, '--help'], { encoding: 'utf8' })
  assert.equal(status, 0)
  assert.match(stdout, /Usage: modei/)
})

test('`modei` says how to install the command line where it is absent, and passes on its exit code', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'modei-bin-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const bin = join(directory, 'modei.mjs')
  cpSync(BIN, bin)
  const run = () => spawnSync(process.execPath, [bin, 'serve'], { encoding: 'utf8' })
  const absent = run()
  assert.equal(absent.status, 1)
  assert.match(absent.stderr, /npm install @modei\/cli/)
  mkdirSync(join(directory, 'node_modules/@modei/cli'), { recursive: true })
  const manifest = { name: '@modei/cli', type: 'module', exports: './index.js' }
  writeFileSync(join(directory, 'node_modules/@modei/cli/package.json'), JSON.stringify(manifest))
  writeFileSync(
    join(directory, 'node_modules/@modei/cli/index.js'),
    'export const main = async ([first]) => { process.exitCode = first === "serve" ? 7 : 8 }',
  )
  assert.equal(run().status, 7)
})
