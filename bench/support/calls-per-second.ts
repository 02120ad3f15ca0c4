/** The best of many short rounds counts: noise only ever adds, and a short round may meet none. */
const ROUNDS = 200
const ROUND_MS = 8

/**
 * Calls a second of each contender, in turns so that all meet the same noise. A contender is given the number of its
 * call, so that no two calls need be alike, and answers something that a compiler cannot do without.
 */
export function callsPerSecond(
  contenders: Readonly<Record<string, (call: number) => number>>,
): Map<string, number> {
  const best = new Map<string, number>()
  let sum = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      const batch = Math.max(1, Math.round(((best.get(name) ?? 10_000) * ROUND_MS) / 1000))
      const start = process.hrtime.bigint()
      for (let call = 0; call < batch; call += 1) sum += run(call)
      const rate = batch / (Number(process.hrtime.bigint() - start) / 1e9)
      best.set(name, Math.max(rate, best.get(name) ?? 0))
    }
  }
  if (!Number.isFinite(sum)) throw new Error('a contender answered no number')
  return best
}

export function printRates(rates: ReadonlyMap<string, number>): void {
  console.table(
    [...rates].map(([name, rate]) => ({
      name,
      'per second': Math.round(rate),
      'µs each': Math.round(1e8 / rate) / 100,
    })),
  )
}
