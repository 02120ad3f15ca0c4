import fc from 'fast-check'
import type { FactsVector } from './facts.fixture.ts'

/*
 * Values from small sets, so that two of them often stand in some relation, and facts that often meet them.
 */

const HOUR = 3_600_000
const NOON = Date.UTC(2026, 5, 15, 12)

const count = fc.nat(12)
const cents = fc.oneof(fc.nat(30), fc.constantFrom(500, Number.MAX_SAFE_INTEGER))
const flag = fc.boolean()

const moments = fc.integer({ min: -8, max: 8 }).map((hours) => NOON + hours * HOUR)
const timestamp = fc
  .tuple(moments, fc.constantFrom('Z', '+02:00', '-05:30'))
  .map(([ms, zone]) => inZone(ms, zone))

function inZone(ms: number, zone: string): string {
  if (zone === 'Z') return new Date(ms).toISOString()
  const sign = zone.startsWith('-') ? -1 : 1
  const offset = sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4))) * 60_000
  return new Date(ms + offset).toISOString().replace('Z', zone)
}

const ACTIONS = [
  'files:read',
  'files:delete',
  'flights:book',
  'flights:seats:list',
  'read',
  'delete',
  'blog:post',
]
const patterns = fc.subarray(
  [...ACTIONS, '*', 'files:*', 'flights:*', 'flights:seats:*', '*:read', '*:delete', '*:list'],
  {
    maxLength: 4,
  },
)

const HOSTS = ['example.com', 'a.example.com', 'b.a.example.com', 'evil.com', '127.0.0.1']
const hostPatterns = fc.subarray(
  [
    ...HOSTS,
    'EXAMPLE.com.',
    '*.example.com',
    '*.a.example.com',
    '*.com',
    'xn--mnchen-3ya.de',
    'münchen.de',
    '[::1]',
  ],
  { maxLength: 4 },
)

const globs = fc.subarray(
  [
    '*',
    '/a/*',
    '/a/b',
    '/a/b/*',
    '/a/x*y',
    'https://example.com/*',
    'https://*.example.com/*',
    'https://example.com/a/b',
    'https://EXAMPLE.com/a/%62',
    '*.pdf',
    'a/b.pdf',
  ],
  { maxLength: 4 },
)

const TARGETS = [
  '/a/b',
  '/a/../b',
  '/a/b/../b',
  '/a/x/y',
  '/a/%2e%2e/a/b',
  'a/b.pdf',
  '../a/b.pdf',
  'https://example.com/a/b',
  'https://user@EXAMPLE.com:443/a/b?c#d',
  'https://a.example.com/x/../a/b',
  'https://evil.com/.example.com/a',
  'https://a@b@evil.com/',
  'http://2130706433/',
  'https://münchen.de',
  '//example.com/a/b',
  'evil.com:8080',
  'Invoice 12',
  '',
  '\u0000',
]

const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Pacific/Auckland')
const hourText = fc.constantFrom('00:00', '09:00', '12:00', '17:30', '23:59')
const days = fc.subarray(['mon', 'tue', 'sun'] as const, { minLength: 1 })
const hours = fc
  .record({ timezone: zone, start: hourText, end: hourText, days: fc.option(days, { nil: undefined }) })
  .map(({ days, ...rest }) => (days === undefined ? rest : { ...rest, days }))
const fewHours = fc.constantFrom(
  { timezone: 'UTC', start: '09:00', end: '17:30' },
  { timezone: 'UTC', start: '12:00', end: '00:00', days: ['mon'] },
  { timezone: 'Europe/Berlin', start: '23:59', end: '09:00', days: ['sun', 'mon'] },
  { timezone: 'Europe/Berlin', start: '23:59', end: '09:00', days: ['mon', 'sun'] },
)

const blackouts = fc.array(
  fc
    .tuple(timestamp, timestamp)
    .filter(([a, b]) => Date.parse(a) !== Date.parse(b))
    .map(([a, b]) => (Date.parse(a) < Date.parse(b) ? { start: a, end: b } : { start: b, end: a })),
  { maxLength: 3 },
)

const expressions = fc.constantFrom(
  'true',
  'false',
  'cost_cents < 10',
  'usage.spent_daily + cost_cents <= 20',
  'usage.permits_last_minute < 2',
  'metadata.model == "model-a"',
  'target_host.endsWith(".com")',
  'metadata.items.all(x, x < 3)',
)

const words = fc.subarray(['model-a', 'model-b', 'model-c'])
const fields = fc.subarray(['ticket_id', 'model', 'constructor', '__proto__'])

function oneOf(...values: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.constantFrom(...values)
}

/** Readable values of every constraint type. */
export const valueGenerators: ReadonlyMap<string, fc.Arbitrary<unknown>> = new Map<
  string,
  fc.Arbitrary<unknown>
>([
  ['core:safety:fail_closed', flag],
  ['core:safety:anomaly_suspend', oneOf(true, false, 1.5, 2, 3, 100)],
  [
    'core:time:operating_hours',
    fc.oneof(hours, fewHours, fc.array(fewHours, { minLength: 1, maxLength: 2 })),
  ],
  ['core:time:blackout_windows', blackouts],
  ['core:time:not_after', timestamp],
  ['core:scope:action_blocklist', patterns],
  ['core:scope:action_allowlist', patterns],
  ['core:scope:domain_blocklist', hostPatterns],
  ['core:scope:domain_allowlist', hostPatterns],
  ['core:scope:target_blocklist', globs],
  ['core:scope:target_allowlist', globs],
  ['core:scope:model_allowlist', words],
  ['core:rate:max_per_minute', count],
  ['core:rate:max_per_hour', count],
  ['core:rate:max_per_day', count],
  ['core:rate:max_total', count],
  ['core:rate:min_interval_ms', oneOf(0, 1, 1000, 60_000, 3_600_000)],
  ['core:cost:required', flag],
  ['core:cost:max_per_action', cents],
  ['core:cost:max_cumulative', cents],
  ['core:cost:cumulative_window', oneOf('hourly', 'daily', 'weekly', 'monthly', 'total', '30d', '12h')],
  ['core:cost:max_per_day', cents],
  ['core:cost:max_per_month', cents],
  ['core:cost:window_timezone', zone],
  ['core:cost:approval_threshold', cents],
  ['core:approval:required', flag],
  ['core:approval:for_actions', patterns],
  ['core:approval:new_target', flag],
  ['core:data:read_only', flag],
  ['core:data:no_pii_export', flag],
  ['core:data:required_metadata', fields],
  ['core:data:max_payload_bytes', count],
  ['core:policy:expression', expressions],
  ['core:pricing:model', oneOf('per_call', 'per_minute', 'subscription')],
  ['core:pricing:per_call_cents', cents],
  ['core:pricing:per_minute_cents', cents],
  ['core:pricing:subscription_cents', cents],
  ['core:pricing:currency', oneOf('USD', 'EUR')],
  ['core:pricing:free_tier_calls', count],
  ['core:sla:uptime_basis_points', oneOf(0, 9900, 9990, 10_000)],
  ['core:sla:response_time_ms', count],
  ['core:sla:p99_response_ms', count],
  ['core:sla:guaranteed_response_ms', count],
  ['core:platform_fee:basis_points', oneOf(0, 250, 10_000)],
  ['core:platform_fee:recipient', oneOf('a', 'b')],
])

const pastPermit = fc
  .record({
    ago: fc.constantFrom(
      0,
      1,
      999,
      1000,
      59_999,
      60_000,
      HOUR - 1,
      HOUR,
      12 * HOUR,
      24 * HOUR,
      30 * 24 * HOUR,
    ),
    action: fc.constantFrom(...ACTIONS),
    cost_cents: fc.nat(10),
    target_host: fc.option(fc.constantFrom(...HOSTS), { nil: undefined }),
  })
  .map(({ ago, target_host, ...rest }) => ({
    at: NOON - ago,
    ...rest,
    ...(target_host === undefined ? {} : { target_host }),
  }))

const past = fc
  .array(pastPermit, { maxLength: 8 })
  .map((permits) =>
    permits
      .toSorted((a, b) => a.at - b.at)
      .map((permit) => ({ ...permit, at: new Date(permit.at).toISOString() })),
  )

const metadata = fc.oneof(
  fc.dictionary(
    fc.constantFrom('model', 'ticket_id', 'payload_bytes', 'contains_pii', 'items'),
    fc.jsonValue(),
  ),
  fc.record(
    {
      model: fc.constantFrom('model-a', 'model-b'),
      ticket_id: fc.constantFrom('T-1', ''),
      payload_bytes: fc.nat(14),
      items: fc.array(fc.nat(4), { maxLength: 3 }),
      text: fc.constantFrom('nothing', 'jane@example.com', '4111 1111 1111 1111'),
    },
    { requiredKeys: [] },
  ),
)

/** Facts of all sorts, of an action at noon of a Monday. */
export const factsVector: fc.Arbitrary<FactsVector> = fc.record(
  {
    action: fc.constantFrom(...ACTIONS),
    target: fc.constantFrom(...TARGETS),
    cost_cents: fc.oneof(fc.nat(31), fc.constantFrom(-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER)),
    metadata,
    catalog: fc.record({ listed: flag, risk_level: fc.constantFrom('low', 'medium', 'high', 'critical') }),
    supervision_heartbeat_at: timestamp,
    qualifiers: fc.record(
      {
        timezone: zone,
        cumulative_window: fc.constantFrom('hourly', 'daily', 'weekly', 'monthly', '30d', '12h'),
      },
      { requiredKeys: [] },
    ),
    past,
    held: fc.array(
      fc.record({ cost_cents: fc.nat(10), expires_at: timestamp, action: fc.constantFrom(...ACTIONS) }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
)

/** Anything at all, and readable values in which one part was replaced by anything. */
export function garbage(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
  })
  const replaced = fc.tuple(values, anything, fc.nat()).map(([value, part, at]) => {
    if (Array.isArray(value)) return value.length === 0 ? [part] : value.with(at % value.length, part)
    if (typeof value !== 'object' || value === null) return part
    const keys = [...Object.keys(value), 'extra']
    return { ...value, [keys[at % keys.length] ?? 'extra']: part }
  })
  return fc.oneof(anything, replaced)
}
