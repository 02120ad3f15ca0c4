import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { VERSION } from '../src/version.ts'
import { modei } from './cli.ts'

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url))

test('the version that is told is that of every manifest', async () => {
  const manifests = globSync('*/package.json', { cwd: PACKAGES })
  assert.ok(manifests.length >= 6)
  for (const path of manifests) {
    const { name, version } = JSON.parse(readFileSync(`${PACKAGES}${path}`, 'utf8'))
    assert.equal(version, VERSION, name)
  }
  for (const flag of ['--version', '-V']) {
    const run = await modei([flag])
    assert.deepEqual([run.code, run.stdout], [0, `${VERSION}\n`])
  }
})
