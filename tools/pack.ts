/**
 * Builds the published packages and packs them, as they would be published, into `packed/` or another directory:
 * `node tools/pack.ts [directory]`. To publish one, add it here and to what `published-package.ts` offers.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Directories of the packages that are published. */
export const PUBLISHED = ['packages/sdk', 'packages/cli', 'packages/mcp']

export interface Packed {
  /** What was built. */
  dist: string
  tarball: string
}

export function build(directory: string): string {
  execFileSync('npm', ['run', 'build', '--silent'], {
    cwd: join(ROOT, directory),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return join(ROOT, directory, 'dist')
}

export function pack(dist: string, into: string): string {
  const printed = execFileSync('npm', ['pack', '--silent', '--pack-destination', into], {
    cwd: dist,
    encoding: 'utf8',
  })
  return join(into, printed.trim())
}

export function packAll(into: string): Packed[] {
  mkdirSync(into, { recursive: true })
  return PUBLISHED.map((directory) => {
    const dist = build(directory)
    return { dist, tarball: pack(dist, into) }
  })
}

if (import.meta.main) {
  const into = resolve(process.argv[2] ?? join(ROOT, 'packed'))
  mkdirSync(into, { recursive: true })
  for (const old of readdirSync(into)) if (old.endsWith('.tgz')) rmSync(join(into, old))
  for (const { tarball } of packAll(into)) console.log(tarball)
}
