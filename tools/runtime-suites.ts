import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsdown'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The files of `vectors/passports` whose cases are passports to verify. */
const PASSPORTS = ['chains.json', 'refusals.json', 'size-limit.json']

/**
 * Writes into a directory what any JavaScript runtime, a page included, can run as it is: `verdicts.mjs`, with the
 * suites and vectors that it imports. Imported it exports `summary`, and throws when a verdict differs.
 */
export async function writeRuntimeSuites(directory: string): Promise<void> {
  await build({
    config: false,
    entry: { suites: join(ROOT, 'packages/protocol/test/runtimes/all-suites.ts') },
    outDir: directory,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    tsconfig: join(ROOT, 'tsconfig.sdk.json'),
    fixedExtension: true,
    dts: false,
    clean: false,
    hash: false,
    deps: { alwaysBundle: [/^@/], neverBundle: [/^node:/] },
    logLevel: 'error',
  })
  const ed25519 = readdirSync(join(ROOT, 'vectors/ed25519')).filter((name) => name.endsWith('.json'))
  const vectors = { ed25519: read('ed25519', ed25519), passports: read('passports', PASSPORTS) }
  writeFileSync(join(directory, 'vectors.mjs'), `export default JSON.parse(${literal(vectors)})\n`)
  writeFileSync(
    join(directory, 'verdicts.mjs'),
    [
      "import { runAllSuites } from './suites.mjs'",
      "import vectors from './vectors.mjs'",
      'export const summary = runAllSuites(vectors)',
      'console.log(summary)',
      '',
    ].join('\n'),
  )
}

function read(topic: string, files: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    files.map((file) => [file, JSON.parse(readFileSync(join(ROOT, 'vectors', topic, file), 'utf8'))]),
  )
}

/** As a text that is parsed, for in a literal `__proto__` would not be a member. */
function literal(value: unknown): string {
  return JSON.stringify(JSON.stringify(value))
}
