export const SETTLEMENT_STATUSES = ['pending', 'invoiced', 'paid', 'disputed', 'void'] as const
export type SettlementState = (typeof SETTLEMENT_STATUSES)[number]

const NEXT: Readonly<Record<SettlementState, readonly SettlementState[]>> = {
  pending: ['invoiced', 'void'],
  invoiced: ['paid', 'disputed', 'void'],
  disputed: ['invoiced', 'void'],
  paid: [],
  void: [],
}

/** Whether a settlement may move from one status to another. */
export function canMoveSettlement(from: SettlementState, to: SettlementState): boolean {
  return NEXT[from].includes(to)
}
