import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('..', import.meta.url)
const BIOME = fileURLToPath(new URL('node_modules/.bin/biome', ROOT))

/** A printed text as the repository's formatter leaves it; `path` says which language it is. */
export function formatText(text: string, path: string): string {
  const { status, stdout, stderr } = spawnSync(BIOME, ['format', `--stdin-file-path=${path}`], {
    input: text,
    encoding: 'utf8',
    cwd: ROOT,
  })
  if (status !== 0) throw new Error(stderr)
  return stdout
}
