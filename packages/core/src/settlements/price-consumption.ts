import { amountOf, DEFAULT_CURRENCY, type PricingModel, pricingOf } from '../catalogs/pricing.ts'

export type ConsumptionOutcome = 'success' | 'error' | 'timeout' | 'partial'

export interface Consumption {
  outcome: ConsumptionOutcome
  /** Calls; minutes where a metered price is given no duration. At least 1. */
  quantity: number
  /** How long each call took. */
  duration_ms: number | undefined
  /** Calls of this agent that the free tier of the month already took up. */
  calls_this_month: number
}

export interface PricedConsumption {
  cost_cents: number
  platform_fee_cents: number
  currency: string
  pricing_model: PricingModel | null
  /** Calls that count against the free tier: those that were delivered. */
  counted_calls: number
  /** Of those, the ones that the free tier pays. */
  free_calls: number
}

/** A product of the request is larger than any number that can be settled exactly. */
export class AmountTooLarge extends RangeError {
  override readonly name = 'AmountTooLarge'
}

/**
 * Prices one metered use by the terms of its permission. What was not delivered costs nothing; a part is priced like
 * the whole. The free tier comes first. The fee is rounded up.
 */
export function priceConsumption(
  terms: Readonly<Record<string, unknown>>,
  use: Consumption,
): PricedConsumption {
  const pricing = pricingOf(terms)
  const currency = pricing?.currency ?? DEFAULT_CURRENCY
  const model = pricing?.model ?? null
  const delivered = use.outcome === 'success' || use.outcome === 'partial'
  if (pricing === null || !delivered) {
    return {
      cost_cents: 0,
      platform_fee_cents: 0,
      currency,
      pricing_model: model,
      counted_calls: 0,
      free_calls: 0,
    }
  }
  const isMetered = model === 'per_minute'
  // Without a duration a metered use is one call that took `quantity` minutes.
  const calls = isMetered && use.duration_ms === undefined ? 1 : use.quantity
  const unitsPerCall = isMetered ? startedMinutes(use) : 1
  const free = Math.min(calls, Math.max(0, pricing.free_tier_calls - use.calls_this_month))
  const price = model === 'subscription' ? 0 : (pricing.price_cents ?? 0)
  const cost = BigInt(calls - free) * BigInt(unitsPerCall) * BigInt(price)
  const basisPoints = BigInt(amountOf(terms, 'core:platform_fee:basis_points') ?? 0)
  const fee = (cost * basisPoints + 9999n) / 10_000n
  return {
    cost_cents: exact(cost),
    platform_fee_cents: exact(fee),
    currency,
    pricing_model: model,
    counted_calls: calls,
    free_calls: free,
  }
}

function startedMinutes({ quantity, duration_ms: duration }: Consumption): number {
  return duration === undefined ? quantity : Math.ceil(duration / 60_000)
}

function exact(amount: bigint): number {
  if (amount > BigInt(Number.MAX_SAFE_INTEGER))
    throw new AmountTooLarge('the amount is beyond 2^53 − 1 cents')
  return Number(amount)
}
