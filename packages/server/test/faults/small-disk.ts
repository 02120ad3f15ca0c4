import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own in memory that can be filled up. */
export interface SmallDisk {
  /** An empty directory on it. */
  directory: string
  /** Leaves no byte free. */
  fill(): void
  /** Makes room again. */
  free(): void
  remove(): void
}

/** Makes one, or answers in words why it cannot be made here. */
export function makeSmallDisk(mib: number, owner?: { uid: number; gid: number }): SmallDisk | string {
  if (process.platform !== 'linux') return 'no small disk can be made beside Linux'
  if (process.getuid?.() !== 0) return 'only root can make a small disk'
  const mount = mkdtempSync(join(tmpdir(), 'modei-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m,mode=755`, 'tmpfs', mount], { stdio: 'pipe' })
  } catch (error) {
    rmSync(mount, { recursive: true, force: true })
    return `no small disk can be mounted: ${error instanceof Error ? error.message : error}`
  }
  const directory = join(mount, 'data')
  mkdirSync(directory, { mode: 0o700 })
  if (owner !== undefined) execFileSync('chown', [`${owner.uid}:${owner.gid}`, directory])
  const ballast = join(mount, 'ballast')
  return {
    directory,
    fill() {
      const file = openSync(ballast, 'a')
      for (const bytes of [1_048_576, 4096, 1]) {
        try {
          for (;;) writeSync(file, Buffer.alloc(bytes))
        } catch {
          // Full.
        }
      }
      closeSync(file)
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      execFileSync('umount', ['--lazy', mount])
      rmSync(mount, { recursive: true, force: true })
    },
  }
}
