/** One metered use as it was signed. */
export interface Receipt {
  attestation_id: string
  action: string
  outcome: string
  quantity: number
  cost_cents: number
  platform_fee_cents: number
}

export interface BreakdownLine {
  transactions: number
  quantity: number
  cost_cents: number
  platform_fee_cents: number
}

export interface ReceiptTotals {
  total_cost_cents: number
  total_platform_fee_cents: number
  total_transactions: number
  permission_breakdown: Record<string, BreakdownLine>
  outcome_breakdown: Record<string, BreakdownLine>
}

/** Sums receipts exactly. Throws a `RangeError` when a sum is beyond 2^53 − 1. */
export function totalReceipts(receipts: Iterable<Receipt>): ReceiptTotals {
  const all = newLine()
  const byPermission = new Map<string, BreakdownLine>()
  const byOutcome = new Map<string, BreakdownLine>()
  for (const receipt of receipts) {
    add(all, receipt)
    add(lineOf(byPermission, receipt.action), receipt)
    add(lineOf(byOutcome, receipt.outcome), receipt)
  }
  return {
    total_cost_cents: all.cost_cents,
    total_platform_fee_cents: all.platform_fee_cents,
    total_transactions: all.transactions,
    permission_breakdown: Object.fromEntries([...byPermission].sort(byName)),
    outcome_breakdown: Object.fromEntries([...byOutcome].sort(byName)),
  }
}

function newLine(): BreakdownLine {
  return { transactions: 0, quantity: 0, cost_cents: 0, platform_fee_cents: 0 }
}

function lineOf(lines: Map<string, BreakdownLine>, name: string): BreakdownLine {
  const line = lines.get(name) ?? newLine()
  lines.set(name, line)
  return line
}

function add(line: BreakdownLine, receipt: Receipt): void {
  line.transactions = sum(line.transactions, 1)
  line.quantity = sum(line.quantity, receipt.quantity)
  line.cost_cents = sum(line.cost_cents, receipt.cost_cents)
  line.platform_fee_cents = sum(line.platform_fee_cents, receipt.platform_fee_cents)
}

/** Both are safe integers, so their sum is exact or visibly too large. */
function sum(a: number, b: number): number {
  const result = a + b
  if (!Number.isSafeInteger(result)) throw new RangeError('a total is beyond 2^53 − 1')
  return result
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1
}
