import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readPeriod } from './period.ts'
import { AmountTooLarge, priceConsumption } from './price-consumption.ts'
import { canMoveSettlement, SETTLEMENT_STATUSES } from './status.ts'
import { totalReceipts } from './total-receipts.ts'
import { uptimeBasisPoints } from './uptime.ts'

const use = { outcome: 'success', quantity: 1, duration_ms: undefined, calls_this_month: 0 } as const
const perCall = (cents: number, more: Record<string, unknown> = {}) => ({
  'core:pricing:per_call_cents': cents,
  ...more,
})

test('prices by model, quantity, duration and outcome', () => {
  const perMinute = { 'core:pricing:model': 'per_minute', 'core:pricing:per_minute_cents': 10 }
  const cases: readonly (readonly [
    string,
    Record<string, unknown>,
    Partial<Parameters<typeof priceConsumption>[1]>,
    number,
  ])[] = [
    ['one call', perCall(25), {}, 25],
    ['three calls', perCall(25), { quantity: 3 }, 75],
    ['an error', perCall(25), { outcome: 'error' }, 0],
    ['a time-out', perCall(25), { outcome: 'timeout' }, 0],
    ['a part is priced like the whole', perCall(25), { outcome: 'partial' }, 25],
    ['no price', {}, { quantity: 9 }, 0],
    [
      'a subscription',
      { 'core:pricing:model': 'subscription', 'core:pricing:subscription_cents': 900 },
      {},
      0,
    ],
    ['a started minute', perMinute, { duration_ms: 1 }, 10],
    ['a full minute', perMinute, { duration_ms: 60_000 }, 10],
    ['a minute and a millisecond', perMinute, { duration_ms: 60_001 }, 20],
    ['minutes as quantity', perMinute, { quantity: 7 }, 70],
    ['two calls of a minute and a half', perMinute, { quantity: 2, duration_ms: 90_000 }, 40],
    ['no time at all', perMinute, { duration_ms: 0 }, 0],
    ['within the free tier', perCall(25, { 'core:pricing:free_tier_calls': 5 }), { calls_this_month: 4 }, 0],
    [
      'the free tier used up',
      perCall(25, { 'core:pricing:free_tier_calls': 5 }),
      { calls_this_month: 5 },
      25,
    ],
    [
      'across the end of the free tier',
      perCall(25, { 'core:pricing:free_tier_calls': 5 }),
      { calls_this_month: 3, quantity: 4 },
      50,
    ],
    [
      'more used than is free',
      perCall(25, { 'core:pricing:free_tier_calls': 5 }),
      { calls_this_month: 99 },
      25,
    ],
  ]
  for (const [name, terms, given, cents] of cases) {
    assert.equal(priceConsumption(terms, { ...use, ...given }).cost_cents, cents, name)
  }
})

test('fees are rounded up, and nothing costs no fee', () => {
  const fee = (cents: number, bp: number) =>
    priceConsumption(perCall(cents, { 'core:platform_fee:basis_points': bp }), use).platform_fee_cents
  assert.equal(fee(1, 250), 1)
  assert.equal(fee(0, 250), 0)
  assert.equal(fee(40, 250), 1)
  assert.equal(fee(41, 250), 2)
  assert.equal(fee(100, 10_000), 100)
  assert.equal(fee(Number.MAX_SAFE_INTEGER, 10_000), Number.MAX_SAFE_INTEGER)
})

test('an amount that cannot be settled exactly is refused, never rounded', () => {
  assert.throws(
    () => priceConsumption(perCall(2), { ...use, quantity: Number.MAX_SAFE_INTEGER }),
    AmountTooLarge,
  )
  assert.throws(
    () => priceConsumption(perCall(Number.MAX_SAFE_INTEGER), { ...use, quantity: 2 }),
    AmountTooLarge,
  )
})

test('calls in any grouping cost the same as one by one, the free tier included', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 12 }),
      fc.nat(20),
      fc.nat(99),
      (groups, free, cents) => {
        const terms = perCall(cents, { 'core:pricing:free_tier_calls': free })
        let used = 0
        let total = 0
        for (const quantity of groups) {
          const priced = priceConsumption(terms, { ...use, quantity, calls_this_month: used })
          used += priced.counted_calls
          total += priced.cost_cents
        }
        const calls = groups.reduce((sum, quantity) => sum + quantity, 0)
        assert.equal(used, calls)
        assert.equal(total, Math.max(0, calls - free) * cents)
      },
    ),
  )
})

test('totals and both breakdowns equal the sum of the receipts', () => {
  const receipt = fc.record({
    attestation_id: fc.uuid(),
    action: fc.constantFrom('a', 'b', 'constructor', '__proto__'),
    outcome: fc.constantFrom('success', 'error', 'timeout', 'partial'),
    quantity: fc.nat(1000),
    cost_cents: fc.nat(1_000_000),
    platform_fee_cents: fc.nat(1000),
  })
  fc.assert(
    fc.property(fc.array(receipt), (receipts) => {
      const totals = totalReceipts(receipts)
      const cents = receipts.reduce((sum, { cost_cents }) => sum + BigInt(cost_cents), 0n)
      assert.equal(BigInt(totals.total_cost_cents), cents)
      assert.equal(totals.total_transactions, receipts.length)
      for (const lines of [totals.permission_breakdown, totals.outcome_breakdown]) {
        const all = Object.values(lines)
        assert.equal(BigInt(all.reduce((sum, line) => sum + line.cost_cents, 0)), cents)
        assert.equal(
          all.reduce((sum, line) => sum + line.platform_fee_cents, 0),
          totals.total_platform_fee_cents,
        )
        assert.equal(
          all.reduce((sum, line) => sum + line.transactions, 0),
          receipts.length,
        )
      }
    }),
  )
})

test('a total beyond exact numbers is refused', () => {
  const huge = { attestation_id: 'x', action: 'a', outcome: 'success', quantity: 1, platform_fee_cents: 0 }
  assert.throws(() =>
    totalReceipts([
      { ...huge, cost_cents: Number.MAX_SAFE_INTEGER },
      { ...huge, cost_cents: 1 },
    ]),
  )
})

test('a period is at most one of its kind', () => {
  const good = [
    ['daily', '2026-02-28', '2026-02-28'],
    ['weekly', '2026-02-26', '2026-03-04'],
    ['monthly', '2026-01-01', '2026-01-31'],
    ['monthly', '2026-02-01', '2026-02-28'],
    ['monthly', '2026-01-15', '2026-02-14'],
    ['monthly', '2026-01-31', '2026-02-28'],
    ['monthly', '2026-01-10', '2026-01-12'],
  ] as const
  const bad = [
    ['daily', '2026-02-28', '2026-03-01'],
    ['daily', '2026-02-28', '2026-02-27'],
    ['weekly', '2026-02-26', '2026-03-05'],
    ['monthly', '2026-01-01', '2026-02-01'],
    ['monthly', '2026-02-01', '2026-03-01'],
    ['monthly', '2026-01-15', '2026-02-15'],
    ['monthly', '2026-01-31', '2026-03-01'],
    ['monthly', '2026-02-30', '2026-03-01'],
    ['monthly', '2026-13-01', '2026-13-02'],
    ['daily', '2026-2-1', '2026-2-1'],
  ] as const
  for (const [type, start, end] of good)
    assert.equal(typeof readPeriod(type, start, end), 'object', `${type} ${start}–${end}`)
  for (const [type, start, end] of bad)
    assert.equal(typeof readPeriod(type, start, end), 'string', `${type} ${start}–${end}`)
})

test('a settlement moves only along its lines, and nothing leaves paid or void', () => {
  const allowed = SETTLEMENT_STATUSES.flatMap((from) =>
    SETTLEMENT_STATUSES.filter((to) => canMoveSettlement(from, to)).map((to) => `${from} → ${to}`),
  )
  assert.deepEqual(allowed.sort(), [
    'disputed → invoiced',
    'disputed → void',
    'invoiced → disputed',
    'invoiced → paid',
    'invoiced → void',
    'pending → invoiced',
    'pending → void',
  ])
})

test('uptime is rounded down, and no calls are full uptime', () => {
  assert.equal(uptimeBasisPoints({ success: 0, error: 0, timeout: 0, partial: 0 }), 10_000)
  assert.equal(uptimeBasisPoints({ success: 2, error: 1, timeout: 0, partial: 0 }), 6666)
  assert.equal(uptimeBasisPoints({ success: 1, error: 0, timeout: 1, partial: 2 }), 7500)
  assert.equal(uptimeBasisPoints({ success: 0, error: 3, timeout: 0, partial: 0 }), 0)
})
