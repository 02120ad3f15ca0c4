import { randomBytes } from 'node:crypto'
import { makeId } from '@modei/protocol'

/** A new id that sorts by time, such as `att_…`. */
export function newId(prefix: string, nowMs: number): string {
  return makeId(prefix, nowMs, randomBytes(15))
}
