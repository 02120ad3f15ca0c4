/** The keys of an object, and how they stand in a canonical text. */
export interface ObjectShape {
  /** As the object has them. */
  readonly keys: readonly string[]
  /** In canonical order. */
  readonly sorted: readonly string[]
  /** The same as JSON, each with what stands before it and the colon after it. */
  readonly quoted: readonly string[]
}

/** Few: programs write objects of few shapes, and what comes from strangers must not take up memory. */
const MOST_SHAPES = 500
const MOST_ALIKE = 8
const MOST_CHARACTERS = 2000

/** Shapes that were met before, by their first key. To find one is cheaper than to sort and quote its keys again. */
const known = new Map<string, ObjectShape[]>()
let count = 0

export function findShape(keys: readonly string[]): ObjectShape | undefined {
  return known.get(keys[0] ?? '')?.find((shape) => isSame(shape.keys, keys))
}

export function keepShape(shape: ObjectShape): void {
  const length = shape.quoted.reduce((sum, text) => sum + text.length, 0)
  if (length > MOST_CHARACTERS) return
  if (count >= MOST_SHAPES) {
    known.clear()
    count = 0
  }
  const first = shape.keys[0] ?? ''
  const alike = known.get(first) ?? []
  if (alike.length >= MOST_ALIKE) return
  alike.push(shape)
  known.set(first, alike)
  count += 1
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
