import { randomFillSync } from 'node:crypto'
import { makeId } from '@modei/protocol'

const BYTES = 15
const pool = new Uint8Array(BYTES * 256)
let used = pool.length

/** A new id that sorts by time, such as `att_…`. Randomness is drawn for 256 ids at once: one call costs as much. */
export function newId(prefix: string, nowMs: number): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += BYTES
  return makeId(prefix, nowMs, pool.subarray(used - BYTES, used))
}
