export type PricingModel = 'per_call' | 'per_minute' | 'subscription'

/** What a permission costs, by its terms. */
export interface Pricing {
  model: PricingModel
  /** Cents per call, per started minute or per subscription; `null` when the model has no amount. */
  price_cents: number | null
  currency: string
  /** Calls per agent and month that cost nothing. */
  free_tier_calls: number
}

export const DEFAULT_CURRENCY = 'USD'

/** In order of preference where no model is named. */
const PRICE_KEYS: readonly (readonly [PricingModel, string])[] = [
  ['per_call', 'core:pricing:per_call_cents'],
  ['per_minute', 'core:pricing:per_minute_cents'],
  ['subscription', 'core:pricing:subscription_cents'],
]

type Terms = Readonly<Record<string, unknown>>

/** The pricing that terms describe: by the model that they name, else by the amount that they give. */
export function pricingOf(terms: Terms): Pricing | null {
  const named = terms['core:pricing:model']
  const row =
    named === undefined
      ? PRICE_KEYS.find(([, key]) => amountOf(terms, key) !== null)
      : PRICE_KEYS.find(([model]) => model === named)
  if (row === undefined) return null
  const [model, key] = row
  return {
    model,
    price_cents: amountOf(terms, key),
    currency: currencyOf(terms),
    free_tier_calls: amountOf(terms, 'core:pricing:free_tier_calls') ?? 0,
  }
}

/** Cents that one call costs at least; `undefined` when the terms do not say. */
export function callPriceOf(terms: Terms): number | undefined {
  const pricing = pricingOf(terms)
  if (pricing === null) return undefined
  // A subscriber pays nothing per call; what a metered call costs is known when it has ended.
  if (pricing.model === 'subscription') return 0
  return pricing.model === 'per_call' ? (pricing.price_cents ?? undefined) : undefined
}

function currencyOf(terms: Terms): string {
  const currency = terms['core:pricing:currency']
  return typeof currency === 'string' ? currency : DEFAULT_CURRENCY
}

/** The currency that a list of permissions is priced in; `null` when nothing in it has a price or names one. */
export function currencyOfCatalog(permissions: readonly { constraints: Terms }[]): string | null {
  const priced = permissions.find(({ constraints }) => namesCurrency(constraints))
  return priced === undefined ? null : currencyOf(priced.constraints)
}

/** The currency of a permission's price; `null` when it has none and names none. */
export function pricedCurrency(terms: Terms): string | null {
  return namesCurrency(terms) ? currencyOf(terms) : null
}

function namesCurrency(terms: Terms): boolean {
  return terms['core:pricing:currency'] !== undefined || pricingOf(terms) !== null
}

/** A term's amount: a whole number that is safe to calculate with. */
export function amountOf(terms: Terms, key: string): number | null {
  const value = terms[key]
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}
