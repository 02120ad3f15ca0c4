/** What holds for the repository as a whole. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { test } from 'node:test'
import { absolute, readText, repositoryFiles } from './repository-files.ts'

interface Manifest {
  name: string
  version: string
  scripts?: Readonly<Record<string, string>>
  dependencies?: Readonly<Record<string, string>>
  devDependencies?: Readonly<Record<string, string>>
}

const files = repositoryFiles()
const root: Manifest = JSON.parse(readText('package.json'))
const packages: Manifest[] = files
  .filter((path) => /^packages\/[^/]+\/package\.json$/.test(path))
  .map((path) => JSON.parse(readText(path)))

/** Files printed by a tool, whose length is the table's they are printed from. */
const PRINTED = new Set(['packages/sdk/src/wire.ts'])
const MAX_LINES = 400
const LONG_LINES = 300

test('the lock file names no registry, so that an install asks whichever is configured', () => {
  assert.doesNotMatch(readText('package-lock.json'), /"resolved": "http/)
})

test('no file names a registry’s host or a directory of somebody’s machine', () => {
  const local = /\bregistry\.[a-z]+\.(?:org|com|dev)\b|(?:^|[\s'"`(=:])\/(?:home|Users|root|work)\/[\w.]/m
  const text = files.filter((path) =>
    /\.(?:ts|tsx|js|mjs|cjs|json|md|py|sh|yml|toml)$|^\.ci\/run$/.test(path),
  )
  assert.deepEqual(
    text.filter((path) => local.test(readText(path))),
    [],
  )
})

test('no path leaves the repository', () => {
  const wrong = files
    .filter((path) => /\.(?:tsx?|md|py)$/.test(path))
    .flatMap((path) =>
      [...readText(path).matchAll(/['"(`](\.\.\/[\w./-]+)/g)]
        .map(([, relative = '']) => join(dirname(path), relative))
        .filter((target) => target.startsWith('../'))
        .map((target) => `${path} names ${target}`),
    )
  assert.deepEqual(wrong, [])
})

test('all packages have one version, and name each other by it', () => {
  const names = new Set(packages.map(({ name }) => name))
  for (const { name, version, dependencies = {}, devDependencies = {} } of packages) {
    assert.equal(version, root.version, name)
    for (const [other, wanted] of Object.entries({ ...dependencies, ...devDependencies })) {
      if (names.has(other)) assert.equal(wanted, root.version, `${name} needs ${other}`)
    }
  }
})

test('every dependency is pinned to one exact version', () => {
  const loose = [root, ...packages].flatMap(({ name, dependencies = {}, devDependencies = {} }) =>
    Object.entries({ ...dependencies, ...devDependencies })
      .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
      .map(([dependency, version]) => `${name}: ${dependency} ${version}`),
  )
  assert.deepEqual(loose, [])
})

test('a source file is short enough to be read at once', (t) => {
  const long = files
    .filter((path) => /^packages\/.*\.tsx?$/.test(path) && !PRINTED.has(path))
    .map((path) => ({ path, lines: readText(path).split('\n').length }))
    .filter(({ lines }) => lines > LONG_LINES)
  for (const { path, lines } of long) t.diagnostic(`${path} has ${lines} lines`)
  // Tables of cases may run on; what they test may not.
  const tooLong = long.filter(({ path, lines }) => lines > MAX_LINES && !/\/test\/|\.test\.ts$/.test(path))
  assert.deepEqual(tooLong, [])
})

test('every vector is read by a test', () => {
  const tests = files
    .filter((path) => /^(?:packages|tools|tests)\/.*\.(?:ts|py)$/.test(path))
    .map(readText)
    .join('\n')
  const topics = new Set(
    files.filter((path) => /^vectors\/.*\.json$/.test(path)).map((path) => path.split('/')[1] ?? ''),
  )
  assert.ok(topics.size > 0)
  const unread = [...topics].filter((topic) => !new RegExp(`['"\`/]${topic}['"\`/]`).test(tests))
  assert.deepEqual(unread, [])
})

test('CONTRIBUTING names every npm script, and no document names one that is not there', () => {
  const scripts = Object.keys(root.scripts ?? {})
  const contributing = readText('CONTRIBUTING.md')
  const named = (script: string) => new RegExp(`npm (?:run )?${script}(?![\\w:-])`).test(contributing)
  assert.deepEqual(
    scripts.filter((script) => !named(script)),
    [],
  )
  const documents = files.filter((path) => path.endsWith('.md') || path === '.ci/run')
  const absent = documents.flatMap((path) =>
    [...readText(path).matchAll(/npm run ([\w:-]+)/g)]
      .map(([, script = '']) => script)
      .filter((script) => !scripts.includes(script))
      .map((script) => `${path}: npm run ${script}`),
  )
  assert.deepEqual(absent, [])
})

test('README lists every setting of the server, with its default', () => {
  const config = readText('packages/server/src/config.ts')
  const settings = [...config.matchAll(/^ {2}([A-Z_]+): (?:whole\((\d[\d_]*))?/gm)]
  assert.ok(settings.length > 0)
  const readme = readText('README.md')
  const missing = settings
    .map(([, name = '', fallback]) =>
      fallback === undefined ? `| \`${name}\` |` : `| \`${name}\` | \`${fallback.replaceAll('_', '')}\``,
    )
    .filter((row) => !readme.includes(row))
  assert.deepEqual(missing, [])
})

test('every link of a document to a file leads to one', () => {
  const known = new Set(files)
  const exists = (path: string) => known.has(path) || files.some((file) => file.startsWith(`${path}/`))
  const dead = files
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...readText(path).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !exists(join(dirname(path), target).replace(/\/$/, '')))
        .map((target) => `${path}: ${target}`),
    )
  assert.deepEqual(dead, [])
})

test('the script of the continuous integration can be run', () => {
  assert.ok((statSync(absolute('.ci/run')).mode & 0o111) !== 0)
})
