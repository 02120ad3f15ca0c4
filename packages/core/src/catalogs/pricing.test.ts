import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { callPriceOf, currencyOfCatalog, pricingOf } from './pricing.ts'

const CALL = 'core:pricing:per_call_cents'
const MINUTE = 'core:pricing:per_minute_cents'
const MODEL = 'core:pricing:model'

const CASES: readonly [
  string,
  Record<string, unknown>,
  string | undefined,
  number | null,
  number | undefined,
][] = [
  ['nothing said', {}, undefined, null, undefined],
  ['a price per call', { [CALL]: 25 }, 'per_call', 25, 25],
  ['a price of nothing', { [CALL]: 0 }, 'per_call', 0, 0],
  ['a model without an amount', { [MODEL]: 'per_call' }, 'per_call', null, undefined],
  ['a price per minute is none per call', { [MINUTE]: 5 }, 'per_minute', 5, undefined],
  ['two amounts and no model', { [MINUTE]: 5, [CALL]: 25 }, 'per_call', 25, 25],
  [
    'the model decides between two amounts',
    { [MODEL]: 'per_minute', [MINUTE]: 5, [CALL]: 25 },
    'per_minute',
    5,
    undefined,
  ],
  ['a subscriber pays nothing per call', { [MODEL]: 'subscription', [CALL]: 25 }, 'subscription', null, 0],
  ['an unknown model', { [MODEL]: 'per_token', [CALL]: 25 }, undefined, null, undefined],
  ['a price as text', { [CALL]: '25' }, undefined, null, undefined],
  ['half a cent', { [MODEL]: 'per_call', [CALL]: 0.5 }, 'per_call', null, undefined],
  ['a negative price', { [MODEL]: 'per_call', [CALL]: -1 }, 'per_call', null, undefined],
  ['more than can be calculated with', { [MODEL]: 'per_call', [CALL]: 2 ** 53 }, 'per_call', null, undefined],
]

describe('terms are read into one price', () => {
  for (const [name, terms, model, cents, call] of CASES) {
    test(name, () => {
      const pricing = pricingOf(terms)
      assert.equal(pricing?.model, model)
      assert.equal(pricing?.price_cents ?? null, cents)
      assert.equal(callPriceOf(terms), call)
    })
  }
})

test('a catalog has the currency of its first price, dollars when none is named, and none without a price', () => {
  assert.equal(currencyOfCatalog([]), null)
  assert.equal(currencyOfCatalog([{ constraints: { 'core:cost:max_per_action': 5 } }]), null)
  assert.equal(currencyOfCatalog([{ constraints: {} }, { constraints: { [CALL]: 1 } }]), 'USD')
  assert.equal(currencyOfCatalog([{ constraints: { [CALL]: 1, 'core:pricing:currency': 'EUR' } }]), 'EUR')
  assert.equal(currencyOfCatalog([{ constraints: { 'core:pricing:currency': 'EUR' } }]), 'EUR')
})
