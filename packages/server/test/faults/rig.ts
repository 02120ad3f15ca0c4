import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { Database } from '../../src/store/schema.ts'

/** Servers over one database, to which faults are done. */
export interface Rig {
  /** Addresses, kept over restarts. */
  readonly servers: readonly string[]
  readonly key: string
  /** How many times the load of the shortest round a round is. */
  readonly scale: number
  /** The database as an outsider reads it. */
  readonly read: Kysely<Database>
  /** For preparing a round: throws unless it succeeds. */
  post(path: string, body: object): Promise<Record<string, unknown>>
  /** Resolves when nothing of past requests is left waiting or open. */
  idle(): Promise<void>
  /** Whether a server still holds a connection from this port; for servers of this process. */
  holds?(port: number): boolean
  close(): Promise<void>
}

/** A rig whose store's clock can be set wrong. */
export interface ClockRig extends Rig {
  /** @param shift milliseconds by which the clock is wrong from now on */
  shiftClock(shift: number): Promise<void>
}

export const KEY = `mod_live_${'k'.repeat(40)}`

export function poster(server: string): Rig['post'] {
  return async (path, body) => {
    const answer = await fetch(server + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${text}`)
    return Object(JSON.parse(text))
  }
}

/** Polls: how long something takes is the machine's business. */
export async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isDone())) await delay(10)
}
