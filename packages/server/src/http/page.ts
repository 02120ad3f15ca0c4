import { ModeiProblem } from '@modei/protocol'

/** One page of a list, newest first, and where the next one starts. */
export class Page<T> {
  readonly items: T
  readonly next: string | undefined
  constructor(items: T, next: string | undefined) {
    this.items = items
    this.next = next
  }
}

/** Position in a list ordered by time and id: after this row. */
export interface Position {
  at: number
  id: string
}

export function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify([position.at, position.id]), 'utf8').toString('base64url')
}

/** Reads a cursor that a page before returned; an absent one means the first page. */
export function decodeCursor(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(parts) && parts.length === 2) {
      const [at, id] = parts
      if (Number.isSafeInteger(at) && typeof id === 'string' && id.length <= 255) return { at, id }
    }
  } catch {
    // Falls through: an unreadable cursor is a bad field, whatever is wrong with it.
  }
  throw new ModeiProblem('request_invalid', '`cursor` is not one that this server returned', {
    errors: [{ pointer: '/query/cursor', message: 'is not one that this server returned' }],
  })
}

/**
 * Cuts a list that was read with one row more than asked for.
 * @param rows up to `limit + 1` rows, newest first
 */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  position: (row: R) => Position,
  view: (row: R) => T,
): Page<T[]> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const next = rows.length > limit && last !== undefined ? encodeCursor(position(last)) : undefined
  return new Page(shown.map(view), next)
}
