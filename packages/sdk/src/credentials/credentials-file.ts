import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { ModeiError } from '../errors.ts'
import { randomUuidHex } from '../passport/random.ts'

const OWNER_ONLY = 0o600
const MAX_FILE_BYTES = 65_536
const IS_WINDOWS = process.platform === 'win32'

/** Reads a file that nobody but its owner may read or write. Throws the system's error when there is none. */
export function readSecretFile(path: string): string {
  const file = openSync(path, 'r')
  try {
    // Asked of the open file, so that it cannot be exchanged between the question and the reading.
    const { mode, size } = fstatSync(file)
    if (!IS_WINDOWS && (mode & 0o077) !== 0) {
      const shown = (mode & 0o777).toString(8).padStart(4, '0')
      throw new ModeiError(`credentials file ${path} has mode ${shown}; it must be 0600`, {
        code: 'credentials_exposed',
      })
    }
    if (size > MAX_FILE_BYTES) {
      throw new ModeiError(`credentials file ${path} is too large`, { code: 'credentials_invalid' })
    }
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

/** Puts a file in place as a whole, for its owner only, over what may be there. */
export function replaceSecretFile(path: string, text: string): void {
  placeSecretFile(path, text, renameSync)
}

/** Puts a file in place as a whole, for its owner only, unless one is there. @returns whether it did */
export function createSecretFile(path: string, text: string): boolean {
  try {
    placeSecretFile(path, text, linkSync)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function placeSecretFile(path: string, text: string, place: (from: string, to: string) => void): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomUuidHex()}.tmp`
  try {
    const file = openSync(draft, 'wx', OWNER_ONLY)
    try {
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    if (IS_WINDOWS) warnOnce()
    // A umask may have taken the owner's own bits away.
    else chmodSync(draft, OWNER_ONLY)
    place(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

let warned = false

function warnOnce(): void {
  if (warned) return
  warned = true
  process.emitWarning('Windows has no file mode 0600: protect credentials files with an access control list')
}
