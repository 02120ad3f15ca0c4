/**
 * The JSON of a request body. One rule: a member that is `undefined` is left out, at every depth. Whatever else JSON
 * would silently drop or turn into null is a `TypeError`: a limit that reads `NaN` must not arrive as no limit.
 */
export function encodeBody(body: unknown): string {
  return JSON.stringify(body, refuseLoss)
}

function refuseLoss(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new TypeError(`\`${key}\` is ${value}, which JSON cannot say`)
  }
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw new TypeError(`\`${key}\` is a ${typeof value}, which JSON cannot say`)
  }
  if (value === undefined && Array.isArray(this)) {
    throw new TypeError(`item \`${key}\` of a list is undefined, which JSON cannot say`)
  }
  return value
}
