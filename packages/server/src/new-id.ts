import { randomFillSync } from 'node:crypto'
import { makeId } from '@modei/protocol'

const BYTES = 15
const pool = Buffer.alloc(BYTES * 256)
let used = pool.length

/** Randomness is drawn for 256 ids at once: one call costs as much. */
function drawBytes(): Buffer {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += BYTES
  return pool.subarray(used - BYTES, used)
}

/** A new id that sorts by time, such as `att_…`. */
export function newId(prefix: string, nowMs: number): string {
  return makeId(prefix, nowMs, drawBytes())
}

/** Names one request in its answer and in the log. */
export function newRequestId(): string {
  return `req_${drawBytes().toString('hex', 0, 12)}`
}
