import type { Logger } from 'pino'
import type { Store } from '../store/store.ts'
import { WriteBehind } from './write-behind.ts'

const MINUTE_MS = 60_000

/** Remembers when API keys were last used: at most once a minute and key, and never while a request waits for it. */
export class KeyUse {
  readonly #notes: WriteBehind<true>

  constructor(store: Store, logger: Logger) {
    this.#notes = new WriteBehind<true>({
      delayMs: 1000,
      merge: () => true,
      write: (notes) => remember(store, [...notes.keys()]),
      onError: (err) => logger.error({ err }, 'the use of API keys was not noted'),
    })
  }

  note(key: { key_id: string; last_used_at: number | null }): void {
    // This machine's clock only saves writes; whether a minute has passed is judged by the store's.
    if (key.last_used_at !== null && Date.now() < key.last_used_at + MINUTE_MS) return
    this.#notes.note(key.key_id, true)
  }

  /** Resolves when every use noted so far is on disk. */
  flush(): Promise<void> {
    return this.#notes.flush()
  }
}

async function remember(store: Store, keyIds: readonly string[]): Promise<void> {
  await store.write((tx, now) =>
    tx
      .updateTable('api_keys')
      .set({ last_used_at: now })
      .where('id', 'in', keyIds)
      .where((row) => row.or([row('last_used_at', 'is', null), row('last_used_at', '<=', now - MINUTE_MS)]))
      .execute(),
  )
}
