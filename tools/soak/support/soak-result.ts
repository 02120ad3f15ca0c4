/** Ends a part of the soak: the last line that it prints is this, as JSON, for whoever quotes it. */
export function soakResult(part: string, figures: Readonly<Record<string, number | string>>): void {
  console.log(JSON.stringify({ part, ...figures }))
}

/** The size of a part: what was asked for, or its full one. */
export function soakSize(full: number, least: number): number {
  const size = Number(process.argv[2] ?? full)
  if (!Number.isSafeInteger(size) || size < least) throw new Error(`give a whole number, ${least} or more`)
  return size
}
