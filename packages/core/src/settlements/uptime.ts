export interface OutcomeCounts {
  success: number
  error: number
  timeout: number
  partial: number
}

/** Delivered calls of all calls in basis points, rounded down; 10,000 when there were none. */
export function uptimeBasisPoints({ success, error, timeout, partial }: OutcomeCounts): number {
  const all = success + error + timeout + partial
  return all === 0 ? 10_000 : Math.floor((10_000 * (success + partial)) / all)
}
