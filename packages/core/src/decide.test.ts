import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_OPEN_RESERVATIONS } from './counters/index.ts'
import { approval, ask, countersWith, HELD, having, limits, NOW, open } from './decide.fixture.ts'
import { applyEffect } from './effects.ts'

test('an invalid cost blocks even where no constraint asks what anything costs', () => {
  const subjects = [{ counter_key: 'own', counters: countersWith(), instances: [] }]
  for (const cost_cents of [Number.NaN, -1, 0.5]) {
    assert.equal(ask({ subjects, cost_cents }).reason_code, 'cost_invalid')
  }
  assert.equal(ask({ subjects, cost_cents: undefined }).decision, 'allow')
})

test('spending of one window that leaves the numbers which can be counted blocks, whatever was reserved', () => {
  const spent = (cost_cents: number) => {
    const counters = countersWith()
    applyEffect(counters, { type: 'charge', now: NOW - 1, action: 'buy', cost_cents, target_host: undefined })
    return [{ counter_key: 'own', counters, instances: [] }]
  }
  const most = Number.MAX_SAFE_INTEGER
  assert.equal(ask({ subjects: spent(most - 600) }).decision, 'allow')
  const over = ask({ subjects: spent(most - 599) })
  assert.deepEqual([over.decision, over.reason_code], ['block', 'cost_invalid'])
})

test('a hold is reserved on every counter of the line, and its use is charged to each once', () => {
  const line = () => [
    { counter_key: 'own', counters: countersWith(), instances: [] },
    { counter_key: 'root', counters: countersWith(), instances: HELD },
  ]
  const subjects = line()
  const held = ask({ subjects })
  assert.deepEqual(
    held.effects.map(({ counter_key, effect }) => [counter_key, effect.type]),
    [
      ['own', 'reserve'],
      ['root', 'reserve'],
    ],
  )
  for (const { counter_key, effect } of held.effects) {
    const subject = subjects.find((one) => one.counter_key === counter_key)
    if (subject !== undefined) applyEffect(subject.counters, effect)
  }
  const used = ask({ subjects, approval: approval({ id: 'hold_new' }) })
  assert.equal(used.decision, 'allow')
  assert.equal(used.remaining_cents, 400)
  assert.deepEqual(
    used.effects.map(({ counter_key, effect }) => [counter_key, effect.type]),
    [
      ['own', 'release'],
      ['own', 'charge'],
      ['root', 'release'],
      ['root', 'charge'],
    ],
  )
})

test('a new id is asked for only where a hold is new', () => {
  const never = () => assert.fail('an id was asked for')
  assert.equal(ask({ cost_cents: 1, new_approval_id: never }).decision, 'allow')
  assert.equal(ask({ subjects: having(open), new_approval_id: never }).hold?.is_new, false)
})

test('a passport waits for at most so many approvals at once, and then is refused', () => {
  const many = Array.from({ length: MAX_OPEN_RESERVATIONS }, (_, i) => ({
    id: `hold_${i}`,
    fingerprint: `f${i}`,
    cost: 0,
  }))
  const outcome = ask({ subjects: having(...many) })
  assert.deepEqual([outcome.decision, outcome.reason_code], ['block', 'holds_too_many'])
  const again = ask({ subjects: having(...many), fingerprint: () => 'f7' })
  assert.deepEqual([again.decision, again.hold?.approval_id], ['request_hold', 'hold_7'])
})

test('a constraint whose type is not known, or whose value throws when it is read, blocks', () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('hostile')
      },
      ownKeys() {
        throw new Error('hostile')
      },
    },
  )
  const cases: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ 'core:cost:max_per_acton': 1 }, 'constraint_unknown'],
    [{ 'core:cost:max_per_action': '600' }, 'constraint_unreadable'],
    [{ 'core:cost:max_per_action': Number.NaN }, 'constraint_unreadable'],
    [{ 'core:cost:cumulative_window': 'fortnightly' }, 'constraint_unreadable'],
    [{ constructor: 1 }, 'constraint_unknown'],
  ]
  for (const [map, reason] of cases) {
    const subjects = [{ counter_key: 'own', counters: countersWith(), instances: limits(map) }]
    const outcome = ask({ subjects })
    assert.deepEqual([outcome.decision, outcome.reason_code], ['block', reason], JSON.stringify(map))
  }
  const subjects = [
    {
      counter_key: 'own',
      counters: countersWith(),
      instances: limits({ 'core:time:operating_hours': hostile }),
    },
  ]
  assert.equal(ask({ subjects }).decision, 'block')
})
