const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * Seconds that a `Retry-After` header asks to wait, in either of its forms; undefined for anything else.
 * A date is measured against the server's own `Date`, so that a wrong local clock does not matter.
 */
export function readRetryAfter(headers: Headers, nowMs: number): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? ''
  if (/^\d{1,9}$/.test(value)) return Number(value)
  const until = parseHttpDate(value)
  if (until === undefined) return undefined
  const from = parseHttpDate(headers.get('date') ?? '') ?? nowMs
  return Math.max(0, (until - from) / 1000)
}

function parseHttpDate(text: string): number | undefined {
  const ms = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}
