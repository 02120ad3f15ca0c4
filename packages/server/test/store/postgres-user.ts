import { execFileSync } from 'node:child_process'

/**
 * Whom PostgreSQL and pgbouncer run as when this process is root, for they refuse to; made here where it is not there
 * yet. Undefined when they run as whoever this is.
 */
export function postgresUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: '-u' | '-g') =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }))
  try {
    return { uid: idOf('-u'), gid: idOf('-g') }
  } catch {
    // Another test may make it at this moment: what counts is that it is there.
    execFileSync('sh', ['-c', 'groupadd postgres; useradd -g postgres postgres; id postgres'], {
      stdio: 'pipe',
    })
    return { uid: idOf('-u'), gid: idOf('-g') }
  }
}
