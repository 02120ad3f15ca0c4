import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const Stored = z.object({ url: z.url(), api_key: z.string().min(1) })
export type Stored = z.infer<typeof Stored>

type Environment = Readonly<Record<string, string | undefined>>

export function configPath(env: Environment): string {
  const { XDG_CONFIG_HOME: base } = env
  const parent = base?.startsWith('/') ? base : join(env.HOME ?? homedir(), '.config')
  return join(parent, 'modei', 'config.json')
}

/** What `modei login` stored. @throws {Error} when others may read the file, or it cannot be understood */
export function readStored(env: Environment): Stored | undefined {
  const path = configPath(env)
  let text: string
  try {
    const { mode } = statSync(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new Error(`${path} holds a key and can be read by others: chmod 600 it, and replace the key`)
    }
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const parsed = Stored.safeParse(parseJson(text))
  // The parser's own message would repeat what is in the file.
  if (!parsed.success) throw new Error(`${path} cannot be understood: run \`modei login\` again`)
  return parsed.data
}

/** Puts the file in place as a whole, for its owner only. @returns its path */
export function writeStored(env: Environment, stored: Stored): string {
  const path = configPath(env)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomUUID()}.tmp`
  try {
    writeFileSync(draft, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    chmodSync(draft, 0o600)
    renameSync(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
  return path
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
