import { createHash } from 'node:crypto'

const MAX_SEGMENT = 100
const OUTSIDE = /[^A-Za-z0-9._/-]/g

/** One segment of an action out of a name that a server chose for itself. */
export function actionSegment(name: string): string {
  const kept = name.replace(OUTSIDE, '_').slice(0, MAX_SEGMENT)
  if (kept === name && name !== '') return name
  // INVARIANT: two names never give one segment, or a tool could borrow the grant of another.
  return `${kept}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`
}

/** `<server>:<tool>`. */
export function actionOf(server: string, tool: string): string {
  return `${actionSegment(server)}:${actionSegment(tool)}`
}
