export interface Measured {
  name: string
  value: number
  unit: string
  /** What the same machine did in the same run on the yardstick, in the same unit. */
  reference: number
}

/** Ends a benchmark: the last line that it prints is this, as JSON, with `value / reference` as `ratio`. */
export function report({ name, value, unit, reference }: Measured): void {
  const ratio = Math.round((value / reference) * 1000) / 1000
  console.log(
    JSON.stringify({ name, value: Math.round(value), unit, reference: Math.round(reference), ratio }),
  )
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
