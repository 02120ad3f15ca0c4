import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { approval, ask, countersWith, credential, HELD, having, limits, NOW, open } from './decide.fixture.ts'
import type { EnforceInput } from './decide.ts'

/** Decision, what decided, the hold that is waited on, and the approval that was used up. */
const CASES: readonly (readonly [
  string,
  Partial<EnforceInput>,
  readonly [string, string | null, string | null, string | null],
])[] = [
  ['nothing to approve', { cost_cents: 500 }, ['allow', null, null, null]],
  ['a request that needs approval', {}, ['request_hold', 'core:cost:approval_threshold', 'hold_new', null]],
  [
    'the same while it waits',
    { subjects: having(open) },
    ['request_hold', 'core:cost:approval_threshold', 'hold_1', null],
  ],
  [
    'another one while it waits',
    { subjects: having({ ...open, fingerprint: 'other' }), cost_cents: 400 },
    ['allow', null, null, null],
  ],
  [
    'another one for which it leaves no room',
    { subjects: having({ ...open, fingerprint: 'other' }) },
    ['block', 'core:cost:max_cumulative', null, null],
  ],
  [
    'the same after the hold expired',
    { subjects: having({ ...open, expires_at: NOW }) },
    ['request_hold', 'core:cost:approval_threshold', 'hold_new', null],
  ],
  [
    'the same, waiting, with its id',
    { subjects: having(open), approval: approval({ status: 'pending' }) },
    ['request_hold', 'core:cost:approval_threshold', 'hold_1', null],
  ],
  ['approved, and shown', { subjects: having(open), approval: approval() }, ['allow', null, null, 'hold_1']],
  [
    'approved, and not shown',
    { subjects: having(open) },
    ['request_hold', 'core:cost:approval_threshold', 'hold_1', null],
  ],
  [
    'approved for another request',
    { subjects: having(open), approval: approval({ fingerprint: 'other' }) },
    ['block', 'approval_mismatch', null, null],
  ],
  [
    'an approval that is not known',
    { subjects: having(open), approval: approval({ status: 'unknown' }) },
    ['block', 'approval_unknown', null, null],
  ],
  [
    'an approval that was used',
    { subjects: having(open), approval: approval({ status: 'used' }) },
    ['block', 'approval_used', null, null],
  ],
  [
    'an approval that was denied',
    { subjects: having(), approval: approval({ status: 'denied' }) },
    ['block', 'approval_denied', null, null],
  ],
  [
    'an approval that expired',
    { subjects: having(open), approval: approval({ status: 'expired' }) },
    ['block', 'approval_expired', null, null],
  ],
  [
    'an approval at its last moment',
    { subjects: having(open), approval: approval({ expires_at: NOW }) },
    ['block', 'approval_expired', null, null],
  ],
  [
    'an approval whose reservation is gone',
    { subjects: having(), approval: approval() },
    ['block', 'approval_expired', null, null],
  ],
  [
    'approved, but another constraint blocks',
    {
      subjects: [
        {
          counter_key: 'own',
          counters: countersWith(open),
          instances: [...HELD, ...limits({ 'core:scope:action_blocklist': ['buy'] })],
        },
      ],
      approval: approval(),
    },
    ['block', 'core:scope:action_blocklist', null, null],
  ],
  [
    'approved, but the passport was revoked',
    {
      subjects: having(open),
      approval: approval(),
      credential: { ...credential, revoked: { reason: 'passport_revoked', detail: '' } },
    },
    ['block', 'passport_revoked', null, null],
  ],
  [
    'approved for one hold while another holds too',
    { subjects: having(open), approval: approval({ held_by: ['core:approval:required'] }) },
    ['request_hold', 'core:cost:approval_threshold', 'hold_new', 'hold_1'],
  ],
  [
    'a hold, and a later constraint that blocks',
    {
      subjects: [
        {
          counter_key: 'own',
          counters: countersWith(),
          instances: [...HELD, ...limits({ 'core:data:read_only': true })],
        },
      ],
    },
    ['block', 'core:data:read_only', null, null],
  ],
  [
    'a hold that an ancestor asks for',
    {
      subjects: [
        { counter_key: 'own', counters: countersWith(), instances: [] },
        { counter_key: 'root', counters: countersWith(), instances: HELD },
      ],
    },
    ['request_hold', 'core:cost:approval_threshold', 'hold_new', null],
  ],
  [
    'an ancestor without room',
    {
      cost_cents: 400,
      subjects: [
        { counter_key: 'own', counters: countersWith(), instances: HELD },
        {
          counter_key: 'root',
          counters: countersWith({ ...open, fingerprint: 'other', cost: 601 }),
          instances: HELD,
        },
      ],
    },
    ['block', 'core:cost:max_cumulative', null, null],
  ],
  ['no counter to charge', { subjects: [] }, ['block', 'usage_unavailable', null, null]],
  ['a cost that is no number', { cost_cents: Number.NaN }, ['block', 'cost_invalid', null, null]],
  ['an endless cost', { cost_cents: Number.POSITIVE_INFINITY }, ['block', 'cost_invalid', null, null]],
  ['a negative cost', { cost_cents: -1 }, ['block', 'cost_invalid', null, null]],
  ['half a cent', { cost_cents: 0.5 }, ['block', 'cost_invalid', null, null]],
  ['more cents than can be counted', { cost_cents: 2 ** 53 }, ['block', 'cost_invalid', null, null]],
]

describe('holds and approvals', () => {
  for (const [name, given, expected] of CASES) {
    test(name, () => {
      const outcome = ask(given)
      const { decision, blocked_by, hold, used_approval_id } = outcome
      assert.deepEqual([decision, blocked_by, hold?.approval_id ?? null, used_approval_id], expected)
      if (decision === 'block') assert.deepEqual(outcome.effects, [], 'what is blocked changes no counter')
      assert.ok(Number.isSafeInteger(outcome.cost_cents))
      assert.equal(outcome.reason_code === null, decision === 'allow')
    })
  }
})
