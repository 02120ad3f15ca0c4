import { createServer, connect as dial, type Socket } from 'node:net'
import { StatementNames } from '../../src/store/postgres/statement-names.ts'

/** A way to the database that breaks when it is told to. */
export interface CuttingProxy {
  /** The database's address by this way. */
  url: string
  /** Breaks the connection of the next commit: before the database hears of it, or when it has and before it answers. */
  cutNextCommit(when: 'before' | 'after'): void
  /** Whether the cut that was asked for was made. */
  readonly isCut: boolean
  /** Swallows everything from now on, as a network does that lost a route. */
  fallSilent(silent: boolean): void
  close(): Promise<void>
}

const COMMITS = ['commit', new StatementNames().nameOf('commit')].map((text) => Buffer.from(`${text}\0`))
/** What the database says when it has. */
const COMMITTED = Buffer.from('COMMIT\0')

export async function startCuttingProxy(url: string): Promise<CuttingProxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let cut: 'before' | 'after' | undefined
  let isCut = false
  let isSilent = false

  const server = createServer((client) => {
    const upstream = dial(Number(target.port), target.hostname)
    let isDeaf = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        // What was sent before a cut still arrives.
        if (!isDeaf) upstream.destroy()
      })
    }
    client.on('data', (chunk) => {
      if (isSilent) return
      if (cut !== undefined && COMMITS.some((commit) => chunk.includes(commit))) {
        const when = cut
        cut = undefined
        isCut = true
        isDeaf = true
        if (when === 'before') {
          upstream.destroy()
          client.destroy()
          return
        }
        upstream.write(chunk)
        // The answer means that the commit is done: only then is the client cut off.
        upstream.on('data', (answer) => {
          if (!answer.includes(COMMITTED)) return
          client.destroy()
          upstream.destroy()
        })
        return
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (!isDeaf && !isSilent) client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const way = new URL(url)
  way.port = String(typeof address === 'object' && address !== null ? address.port : 0)
  return {
    url: way.href,
    cutNextCommit(when) {
      cut = when
      isCut = false
    },
    get isCut() {
      return isCut
    },
    fallSilent(silent) {
      isSilent = silent
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
