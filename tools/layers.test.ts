/** Who may import whom: the packages among each other, and the layers inside the server. */
import assert from 'node:assert/strict'
import { dirname, join } from 'node:path/posix'
import { test } from 'node:test'
import { type Import, onlyCode, readImports } from './read-imports.ts'
import { readText, repositoryFiles } from './repository-files.ts'

/** A package may import those that are listed; each is allowed something that the ones it imports are not. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  '@modei/protocol': [],
  '@modei/core': ['@modei/protocol'],
  modei: ['@modei/protocol', '@modei/core'],
  'modei-mcp': ['@modei/protocol', '@modei/core', 'modei'],
  '@modei/server': ['@modei/protocol', '@modei/core', 'modei', 'modei-mcp'],
  '@modei/cli': ['@modei/protocol', '@modei/core', 'modei', 'modei-mcp', '@modei/server'],
  '@modei/dashboard': ['modei'],
}

/** Entries of the SDK and what they may reach beside `@modei/protocol` and Web standards. */
const SDK_ENTRIES: Readonly<Record<string, readonly RegExp[]>> = {
  '.': [],
  './passport': [],
  './credentials': [/^node:/],
  './gate': [/^@modei\/core$/],
}

interface Source {
  path: string
  imports: Import[]
}

interface Manifest {
  name: string
  exports: Readonly<Record<string, string>>
  dependencies?: Readonly<Record<string, string>>
  devDependencies?: Readonly<Record<string, string>>
}

const files = repositoryFiles()
const sources: Source[] = files
  .filter((path) => /^packages\/[^/]+\/src\/.*\.tsx?$/.test(path) && !/\.(?:test|fixture)\.tsx?$/.test(path))
  .map((path) => ({ path, imports: readImports(readText(path)) }))
const byPath = new Map(sources.map((source) => [source.path, source]))
const manifests = new Map<string, Manifest>(
  files
    .filter((path) => /^packages\/[^/]+\/package\.json$/.test(path))
    .map((path) => [dirname(path), JSON.parse(readText(path))]),
)

function directoryOf({ path }: Source): string {
  return path.split('/', 2).join('/')
}

function manifestOf(source: Source): Manifest {
  const manifest = manifests.get(directoryOf(source))
  assert.ok(manifest, `${source.path} is in no package`)
  return manifest
}

/** `@scope/name` or `name` of an import of a package; undefined for files and for Node's own modules. */
function packageOf(from: string): string | undefined {
  if (from.startsWith('.') || from.startsWith('node:')) return undefined
  return from.startsWith('@') ? from.split('/', 2).join('/') : from.split('/', 1)[0]
}

/** The file that a relative import names. */
function fileOf({ path }: Source, from: string): string {
  return join(dirname(path), from)
}

/** One line for each import that `isWrong` picks. */
function wrongImports(among: readonly Source[], isWrong: (one: Import, source: Source) => boolean): string[] {
  return among.flatMap((source) =>
    source.imports.filter((one) => isWrong(one, source)).map(({ from }) => `${source.path} imports ${from}`),
  )
}

function within(directory: string): Source[] {
  const found = sources.filter(({ path }) => path.startsWith(directory))
  assert.ok(found.length > 0, `there is nothing in ${directory}`)
  return found
}

/** The files that load when `entry` does, itself included. */
function loadedWith(entry: string): Source[] {
  const loaded = new Map<string, Source>()
  const waiting = [entry]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const source = byPath.get(path)
    if (source === undefined || loaded.has(path)) continue
    loaded.set(path, source)
    const next = source.imports.filter(({ from, typeOnly }) => from.startsWith('.') && !typeOnly)
    waiting.push(...next.map(({ from }) => fileOf(source, from)))
  }
  return [...loaded.values()]
}

test('every package has its place in the order', () => {
  for (const { name } of manifests.values())
    assert.ok(name in MAY_IMPORT, `${name} has no place in the order`)
})

test('a package imports only packages that stand before it', () => {
  const wrong = wrongImports(sources, ({ from }, source) => {
    const imported = packageOf(from)
    const { name } = manifestOf(source)
    return (
      imported !== undefined &&
      imported in MAY_IMPORT &&
      imported !== name &&
      !MAY_IMPORT[name]?.includes(imported)
    )
  })
  assert.deepEqual(wrong, [])
})

test('a file is reached by its package, never by a path into another one', () => {
  const wrong = wrongImports(
    sources,
    ({ from }, source) =>
      from.startsWith('.') && !fileOf(source, from).startsWith(`${directoryOf(source)}/src/`),
  )
  assert.deepEqual(wrong, [])
})

test('what a package imports is in its manifest, so that no neighbour’s dependency is borrowed', () => {
  // The SDK is published with what it imports built in: its manifest must name nothing.
  const installed = sources.filter((source) => manifestOf(source).name !== 'modei')
  const wrong = wrongImports(installed, ({ from, typeOnly }, source) => {
    const imported = packageOf(from)
    const { name, dependencies = {}, devDependencies = {} } = manifestOf(source)
    if (imported === undefined || imported === name || imported in dependencies) return false
    return !(typeOnly && (imported in devDependencies || `@types/${imported}` in devDependencies))
  })
  assert.deepEqual(wrong, [])
})

test('protocol and core know no Node module, clock, randomness, process or network', () => {
  const pure = [...within('packages/protocol/src/'), ...within('packages/core/src/')]
  assert.deepEqual(
    wrongImports(pure, ({ from }) => from.startsWith('node:')),
    [],
  )
  const impure =
    /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bTemporal\.Now\b|\bcrypto\.(?:getRandomValues|randomUUID|subtle)\b|\b(?:process|performance|fetch|XMLHttpRequest|WebSocket|setTimeout|setInterval|setImmediate|queueMicrotask|console|require)\b/g
  // Picks the runtime's own Ed25519 and SHA-256 where there are such; both are functions of their arguments.
  const exempt = 'packages/protocol/src/crypto/node-crypto.ts'
  const wrong = pure
    .filter(({ path }) => path !== exempt)
    .flatMap(({ path }) => (onlyCode(readText(path)).match(impure) ?? []).map((use) => `${path} uses ${use}`))
  assert.deepEqual(wrong, [])
})

test('an entry of the SDK loads the protocol and Web standards, and what its own table row adds', () => {
  const sdk = manifests.get('packages/sdk')
  assert.ok(sdk)
  for (const [entry, file] of Object.entries(sdk.exports)) {
    const allowed = SDK_ENTRIES[entry]
    assert.ok(allowed, `the entry ${entry} has no row in the table`)
    const loaded = loadedWith(join('packages/sdk', file))
    assert.ok(loaded.length > 0, `the entry ${entry} names no source`)
    const wrong = wrongImports(
      loaded,
      ({ from, typeOnly }) =>
        !typeOnly &&
        !from.startsWith('.') &&
        packageOf(from) !== '@modei/protocol' &&
        !allowed.some((pattern) => pattern.test(from)),
    )
    assert.deepEqual(wrong, [])
  }
})

const SERVER = 'packages/server/src/'

/** The part of the server that an import names: `services`, `store`, …; the file itself at the top. */
function partOf(source: Source, from: string): string | undefined {
  if (!from.startsWith('.')) return undefined
  return fileOf(source, from).slice(SERVER.length).split('/', 1)[0]
}

/** The framework and the drivers, as imports. */
const isHttpFramework = (from: string) => packageOf(from) === 'fastify' || from.startsWith('@fastify/')
const isDriver = (from: string) => ['pg', 'node:sqlite'].includes(from)

test('a route calls services and sees no store, no rules and no SQL', () => {
  const wrong = wrongImports(
    within(`${SERVER}routes/`),
    ({ from }, source) =>
      partOf(source, from) === 'store' ||
      packageOf(from) === '@modei/core' ||
      packageOf(from) === 'kysely' ||
      isDriver(from),
  )
  assert.deepEqual(wrong, [])
})

test('a service sees no request: neither the framework nor a route, and of http only who calls and what a page is', () => {
  const plain = [`${SERVER}http/call.ts`, `${SERVER}http/page.ts`]
  const services = within(`${SERVER}services/`)
  const wrong = wrongImports(
    services,
    ({ from }, source) =>
      isHttpFramework(from) ||
      partOf(source, from) === 'routes' ||
      (partOf(source, from) === 'http' && !plain.includes(fileOf(source, from))),
  )
  assert.deepEqual(wrong, [])
  const reached = new Set(services.flatMap(({ path }) => loadedWith(path)))
  assert.deepEqual(
    wrongImports([...reached], ({ from }) => isHttpFramework(from)),
    [],
  )
})

test('the store knows nobody above it and is the only part that talks to a database', () => {
  const inStore = within(`${SERVER}store/`)
  const above = ['services', 'routes', 'http', 'jobs']
  const wrong = wrongImports(
    inStore,
    ({ from }, source) => isHttpFramework(from) || above.includes(partOf(source, from) ?? ''),
  )
  assert.deepEqual(wrong, [])
  const elsewhere = sources.filter(({ path }) => !path.startsWith(`${SERVER}store/`))
  assert.deepEqual(
    wrongImports(elsewhere, ({ from }) => isDriver(from)),
    [],
  )
})

test('the HTTP layer knows neither routes nor services', () => {
  const wrong = wrongImports(within(`${SERVER}http/`), ({ from }, source) =>
    ['routes', 'services'].includes(partOf(source, from) ?? ''),
  )
  assert.deepEqual(wrong, [])
})
