import { mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type App, createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { SecretBox } from '../../src/secret-box.ts'
import { bootstrap } from '../../src/services/workspaces.ts'
import { Signer } from '../../src/store/signer.ts'
import { openConnection } from '../../src/store/sqlite/connection.ts'
import { kyselyOver } from '../../src/store/sqlite/kysely.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { type ClockRig, KEY, poster, type Rig, until } from './rig.ts'
import { type ServerSlot, startSlot } from './server-slot.ts'

export interface ProcessRig extends Rig {
  slots: readonly ServerSlot[]
}

/** One server process on an embedded database in a directory, by default a new one that goes with it. */
export async function startSqliteProcess(scale = 1, own?: string): Promise<ProcessRig> {
  const directory = own ?? mkdtempSync(join(tmpdir(), 'modei-faults-'))
  const slot = await startSlot({ MODEI_DATA_DIR: directory, MODEI_BOOTSTRAP_API_KEY: KEY })
  const read = kyselyOver(openConnection(join(directory, 'modei.db'), { readOnly: true }))
  return {
    slots: [slot],
    servers: [slot.url],
    key: KEY,
    scale,
    read,
    post: poster(slot.url),
    // What a process leaves open, only that process knows.
    idle: async () => undefined,
    async close() {
      await read.destroy()
      await slot.stop()
      if (own === undefined) rmSync(directory, { recursive: true, force: true })
    },
  }
}

export interface LocalRig extends ClockRig {
  app: App
}

/** The most that the database of a local rig may grow to, in pages of 4 KiB: little enough to be filled. */
export const FEW_PAGES = 8_000

/** A server in this process, whose store's clock and size are in the hands of the test. */
export async function startLocalRig(scale = 1, maxPages = FEW_PAGES): Promise<LocalRig> {
  const directory = mkdtempSync(join(tmpdir(), 'modei-faults-'))
  const file = join(directory, 'modei.db')
  const config = readConfig({ MODEI_DATA_DIR: directory, MODEI_PUBLIC_RATE_LIMIT: '0' })
  const box = new SecretBox('a secret for tests, at least 32 characters')
  let shift = 0
  const store = await openSqliteStore(file, {
    signer: new Signer(box),
    clock: () => Date.now() + shift,
    maxPages,
  })
  await bootstrap(store, box, KEY)
  const app = createApp({ store, box, config, logger: pino({ level: 'silent' }) })
  await app.http.listen({ port: 0, host: '127.0.0.1' })
  const held = new Map<number, Socket>()
  app.http.server.on('connection', (socket) => held.set(socket.remotePort ?? 0, socket))
  const address = app.http.server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  return {
    app,
    servers: [url],
    key: KEY,
    scale,
    read: store.read,
    post: poster(url),
    async shiftClock(wanted) {
      shift = wanted
    },
    idle: () => until(() => store.waiting() === 0),
    holds: (port) => held.get(port)?.closed === false,
    async close() {
      await app.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
