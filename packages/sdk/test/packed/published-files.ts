import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'

/** The unpacked package. */
const PACKAGE = process.env.MODEI_PACKAGE ?? assert.fail('MODEI_PACKAGE names the unpacked package')
/** What an entry may weigh, compressed, with all that it loads. The rules make the local gate heavier. */
const BUDGETS = { index: 30 * 1024, passport: 40 * 1024, gate: 240 * 1024 }
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["']([^"'\n]+)["']/g

function importsOf(file: string): string[] {
  return [...readFileSync(join(PACKAGE, file), 'utf8').matchAll(IMPORT)].map(([, name = '']) => name)
}

/** A file with all the files of the package that it loads. */
function closure(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found
  found.add(file)
  for (const name of importsOf(file)) if (name.startsWith('./')) closure(name.slice(2), found)
  return found
}

function foreignImports(entry: string): string[] {
  return [...closure(entry)].flatMap(importsOf).filter((name) => !name.startsWith('./'))
}

for (const extension of ['js', 'cjs']) {
  suite(`as .${extension}`, () => {
    for (const entry of ['index', 'passport', 'gate']) {
      test(`${entry} imports nothing, and so no module of Node`, () => {
        assert.deepEqual(foreignImports(`${entry}.${extension}`), [])
      })
    }
    test('credentials imports nothing but modules of Node', () => {
      const foreign = foreignImports(`credentials.${extension}`)
      assert.ok(foreign.length > 0)
      assert.deepEqual(
        foreign.filter((name) => !name.startsWith('node:')),
        [],
      )
    })
    for (const [entry, budget] of Object.entries(BUDGETS)) {
      test(`${entry} is at most ${budget} bytes, compressed, with all that it loads`, () => {
        const all = [...closure(`${entry}.${extension}`)].map((file) => readFileSync(join(PACKAGE, file)))
        const { length } = gzipSync(Buffer.concat(all))
        assert.ok(length <= budget, `it is ${length}`)
      })
    }
    test('the validator and the rules are in the local gate alone', () => {
      assert.match(readFileSync(join(PACKAGE, `gate.${extension}`), 'utf8'), /\bZod[A-Z]|strictObject/)
      for (const entry of ['index', 'passport', 'credentials']) {
        for (const file of closure(`${entry}.${extension}`)) {
          assert.doesNotMatch(
            readFileSync(join(PACKAGE, file), 'utf8'),
            /\bZod[A-Z]|strictObject|core:policy:/,
          )
        }
      }
    })
  })
}

test('the types name no other package', () => {
  for (const file of readdirSync(PACKAGE).filter((name) => /\.d\.c?ts$/.test(name))) {
    assert.deepEqual(
      importsOf(file).filter((name) => !name.startsWith('./')),
      [],
      file,
    )
  }
})

test('the manifest asks for no other package but its own command line, and for Node 20', () => {
  const manifest: unknown = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'))
  assert.ok(typeof manifest === 'object' && manifest !== null)
  const members = Object.keys(manifest)
  assert.deepEqual(
    members.filter((name) => /dependencies|scripts|private/i.test(name)),
    ['optionalDependencies'],
  )
  assert.deepEqual(Object.keys(Object(Reflect.get(manifest, 'optionalDependencies'))), ['@modei/cli'])
  assert.deepEqual(Reflect.get(manifest, 'engines'), { node: '>=20' })
})

test('its command says how to install the command line', () => {
  const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'))
  const { status, stderr } = spawnSync(process.execPath, [join(PACKAGE, manifest.bin.modei)], {
    encoding: 'utf8',
  })
  assert.equal(status, 1)
  assert.match(stderr, /npm install @modei\/cli/)
})

test('the licences of what is bundled are beside it', () => {
  const notices = readFileSync(join(PACKAGE, 'THIRD_PARTY_NOTICES.txt'), 'utf8')
  for (const name of [
    '@noble/ed25519',
    '@noble/hashes',
    'Paul Miller',
    'zod',
    '@bufbuild/cel',
    'Google Inc.',
  ]) {
    assert.ok(notices.includes(name), name)
  }
})

test('no source, test or setting is published', () => {
  const others = readdirSync(PACKAGE).filter(
    (name) => !/\.(?:js|cjs|d\.ts|d\.cts|md|txt|json)$|^LICENSE$|^bin$/.test(name),
  )
  assert.deepEqual(others, [])
})
