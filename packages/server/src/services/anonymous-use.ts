import type { Logger } from 'pino'
import type { SecretBox } from '../secret-box.ts'
import type { Store } from '../store/store.ts'
import { WriteBehind } from './write-behind.ts'

const HOUR_MS = 3_600_000

interface Repeats {
  workspace_id: string
  count: number
}

/** What is kept of callers without a passport beside the log: under which name their address counts, and repeats. */
export class AnonymousUse {
  readonly #store: Store
  readonly #box: SecretBox
  readonly #logger: Logger
  readonly #repeats: WriteBehind<Repeats>
  readonly #sweptAt = new Map<string, number>()

  constructor(store: Store, box: SecretBox, logger: Logger) {
    this.#store = store
    this.#box = box
    this.#logger = logger
    this.#repeats = new WriteBehind<Repeats>({
      delayMs: 1000,
      merge: (older, newer) => ({ ...older, count: older.count + newer.count }),
      write: (notes) => this.#addRepeats(notes),
      onError: (err) => logger.error({ err }, 'repeated refusals were not counted'),
    })
  }

  /** The counter of an address at a gate. The address cannot be read from it without the master secret. */
  counterKey(gateId: string, counted: string): string {
    return `${prefixOf(gateId)}${this.#box.pseudonym(counted, 'client address')}`
  }

  /** Counts one more refusal that the record `attestationId` stands for. */
  noteRepeat(attestationId: string, workspaceId: string): void {
    this.#repeats.note(attestationId, { workspace_id: workspaceId, count: 1 })
  }

  /** Resolves when every repeat noted so far is on disk. */
  flush(): Promise<void> {
    return this.#repeats.flush()
  }

  /** Forgets, at most once an hour, the addresses at a gate that have not been seen for longer than any rate looks back. */
  sweep(workspaceId: string, gateId: string, now: number): void {
    if (now - (this.#sweptAt.get(gateId) ?? 0) < HOUR_MS) return
    if (this.#sweptAt.size >= 10_000) this.#sweptAt.clear()
    this.#sweptAt.set(gateId, now)
    this.#forget(workspaceId, gateId, now - 2 * HOUR_MS).catch((err: unknown) =>
      this.#logger.error({ err }, 'old addresses were not forgotten'),
    )
  }

  async #forget(workspaceId: string, gateId: string, before: number): Promise<void> {
    const prefix = prefixOf(gateId)
    await this.#store.write((tx) =>
      tx
        .deleteFrom('counters')
        .where('workspace_id', '=', workspaceId)
        .where('counter_key', '>', prefix)
        // `;` is the character after the colon that the prefix ends with.
        .where('counter_key', '<', `${prefix.slice(0, -1)};`)
        .where('last_decision_at', '<', before)
        .execute(),
    )
  }

  async #addRepeats(notes: ReadonlyMap<string, Repeats>): Promise<void> {
    await this.#store.write(async (tx) => {
      for (const [attestation_id, { workspace_id, count }] of notes) {
        await tx
          .insertInto('anonymous_repeats')
          .values({ attestation_id, workspace_id, count })
          .onConflict((conflict) =>
            conflict.column('attestation_id').doUpdateSet((row) => ({
              count: row('anonymous_repeats.count', '+', row.ref('excluded.count')),
            })),
          )
          .execute()
      }
    })
  }
}

function prefixOf(gateId: string): string {
  return `anonymous:${gateId}:`
}
