import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTimestamp } from '@modei/protocol'
import fc from 'fast-check'
import {
  applyEffect,
  type Counters,
  type Credential,
  collectInstances,
  type EnforceOutcome,
  enforce,
  type GateFacts,
  newCounters,
  type PastPermit,
  type PresentedApproval,
  prepareCounters,
  type Subject,
} from '../src/index.ts'
import {
  expect,
  fingerprintOf,
  type HoldRow,
  hostOf,
  lineOf,
  type Request,
  type Rules,
  type World,
} from './slow-model.ts'

const START = Date.parse('2026-03-01T22:30:00.000Z')
const HOLD_MS = 300_000
const ACTIONS = ['buy', 'read', 'mail:send', 'mail:list'] as const
const PASSPORTS = ['root', 'one', 'two', 'leaf'] as const
const PARENTS = { root: undefined, one: 'root', two: 'root', leaf: 'one' }

const at = (ms: number) => formatTimestamp(START + ms)
const patterns = fc.uniqueArray(fc.constantFrom('*', 'buy', 'read', 'mail:*', '*:send'), { maxLength: 2 })
const cents = fc.constantFrom(0, 1, 5, 10, 25)
const offset = fc.constantFrom(-1, 0, 60_000, 3_600_000, 86_400_000)

/** Values of every kind of constraint, small enough that limits are met often. */
const VALUES = {
  'core:time:not_after': fc.constantFrom(0, 3_600_000, 86_400_000).map(at),
  'core:time:blackout_windows': offset.map((start) => [{ start: at(start), end: at(start + 90_000) }]),
  'core:scope:action_blocklist': patterns,
  'core:scope:action_allowlist': patterns.map((some) => [...some, 'buy', 'read']),
  'core:rate:max_per_minute': fc.integer({ min: 0, max: 4 }),
  'core:rate:max_total': fc.integer({ min: 0, max: 9 }),
  'core:rate:min_interval_ms': fc.constantFrom(0, 1, 1000, 30_000),
  'core:cost:required': fc.boolean(),
  'core:cost:max_per_action': cents,
  'core:cost:max_cumulative': fc.constantFrom(0, 10, 30, 60),
  'core:cost:cumulative_window': fc.constantFrom('total', 'hourly', 'daily', '2h'),
  'core:cost:max_per_day': fc.constantFrom(0, 10, 30, 60),
  'core:cost:approval_threshold': cents,
  'core:approval:required': fc.boolean(),
  'core:approval:for_actions': patterns,
  'core:approval:new_target': fc.boolean(),
  'core:data:read_only': fc.boolean(),
  'core:data:required_metadata': fc.constantFrom([], ['ticket']),
} as const
const KEYS = Object.keys(VALUES) as (keyof typeof VALUES)[]

const someRules = (maxLength: number): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .uniqueArray(fc.constantFrom(...KEYS), { maxLength })
    .chain((keys) => fc.tuple(...keys.map((key) => fc.tuple(fc.constant(key), VALUES[key]))))
    .map((entries) => Object.fromEntries(entries))

const rules: fc.Arbitrary<Rules> = fc.record({ flat: someRules(3), buy: someRules(1) })

type Step =
  | { do: 'act'; request: Omit<Request, 'approval_id'> }
  /** The last request again, or with the id of some hold that was meant for another. */
  | { do: 'repeat'; shows: number | 'unknown' | undefined }
  /** A request that was held, again with its approval. */
  | { do: 'use'; which: number }
  | { do: 'resolve'; which: number; as: 'approved' | 'denied' }
  | { do: 'wait'; ms: number }
  | { do: 'constrain'; passport: string; rules: Rules }
  | { do: 'revoke'; passport: string }

const steps: readonly (readonly [weight: number, fc.Arbitrary<Step>])[] = [
  [
    10,
    fc.record({
      do: fc.constant('act'),
      request: fc.record({
        passport: fc.constantFrom(...PASSPORTS),
        action: fc.constantFrom(...ACTIONS),
        target: fc.constantFrom(undefined, 'https://a.example/x', 'https://b.example/'),
        cost_cents: fc.option(cents, { nil: undefined }),
        metadata: fc.constantFrom({}, { ticket: 'T-1' }),
      }),
    }),
  ],
  [
    4,
    fc.record({
      do: fc.constant('repeat'),
      shows: fc.oneof(
        { weight: 4, arbitrary: fc.constant(undefined) },
        { weight: 2, arbitrary: fc.nat(3) },
        { weight: 1, arbitrary: fc.constant('unknown' as const) },
      ),
    }),
  ],
  [8, fc.record({ do: fc.constant('use'), which: fc.nat(2) })],
  [
    7,
    fc.record({
      do: fc.constant('resolve'),
      which: fc.nat(2),
      as: fc.constantFrom('approved', 'approved', 'approved', 'denied'),
    }),
  ],
  [
    4,
    fc.record({
      do: fc.constant('wait'),
      ms: fc.constantFrom(0, 1, 999, 1000, 30_000, 60_000, 299_999, 300_000, 3_600_000, 86_400_000),
    }),
  ],
  [1, fc.record({ do: fc.constant('constrain'), passport: fc.constantFrom(...PASSPORTS), rules })],
  [0.3, fc.record({ do: fc.constant('revoke'), passport: fc.constantFrom('two', 'leaf') })],
]
const step = fc.oneof(...steps.map(([weight, arbitrary]) => ({ weight: weight * 10, arbitrary })))

/** The real engine with the least of a store around it: counters, and the log that fills new ones. */
class Engine {
  readonly counters = new Map<string, Counters>()
  /** The requests that were held, by the ids of their holds. */
  readonly asked = new Map<string, Request>()
  readonly #world: World
  #ids = 0

  constructor(world: World) {
    this.#world = world
  }

  enforce(request: Request): EnforceOutcome {
    const world = this.#world
    const subjects = lineOf(world, request.passport).map((key): Subject => this.#subject(key, request.action))
    while (prepareCounters(subjects, world.now, (key) => this.#log(key)) !== null) {
      throw new Error('the log was given and asked for again')
    }
    return enforce({
      now: world.now,
      action: request.action,
      target: request.target,
      cost_cents: request.cost_cents,
      metadata: request.metadata,
      credential: this.#credential(request.passport),
      gate: gateWith(world.price, request.action),
      subjects,
      supervision_heartbeat_at: undefined,
      fingerprint: () => fingerprintOf(world, request),
      approval: request.approval_id === undefined ? null : this.#approval(request, request.approval_id),
      new_approval_id: () => `hold_${++this.#ids}`,
      approval_ttl_ms: HOLD_MS,
    })
  }

  /** Records an outcome in the counters, and the same happening in the world of the model. */
  record(request: Request, outcome: EnforceOutcome): void {
    const world = this.#world
    const line = lineOf(world, request.passport)
    for (const { counter_key, effect } of outcome.effects) applyEffect(this.#counters(counter_key), effect)
    const used = world.holds.find(({ id }) => id === outcome.used_approval_id)
    if (used !== undefined) used.status = 'used'
    if (outcome.decision === 'allow') {
      const { action, target } = request
      world.permits.push({ line, at: world.now, action, cost: outcome.cost_cents, host: hostOf(target) })
    }
    if (outcome.hold?.is_new !== true) return
    this.asked.set(outcome.hold.approval_id, request)
    world.holds.push({
      id: outcome.hold.approval_id,
      passport: request.passport,
      line,
      fingerprint: fingerprintOf(world, request),
      action: request.action,
      cost: outcome.cost_cents,
      held_by: outcome.hold.held_by,
      status: 'pending',
      expires_at: outcome.hold.expires_at,
    })
  }

  resolve(hold: HoldRow, as: 'approved' | 'denied'): void {
    const { now } = this.#world
    hold.status = as
    if (as === 'approved') hold.expires_at = now + HOLD_MS
    for (const key of hold.line) {
      const { id, expires_at } = hold
      applyEffect(
        this.#counters(key),
        as === 'approved' ? { type: 'extend', id, expires_at } : { type: 'release', id },
      )
    }
  }

  #counters(key: string): Counters {
    const known = this.counters.get(key) ?? newCounters(START)
    this.counters.set(key, known)
    return known
  }

  #subject(key: string, action: string): Subject {
    const { flat, buy } = this.#world.rules[key] ?? { flat: {}, buy: {} }
    const maps = {
      flat: new Map(Object.entries(flat)),
      byPermission: new Map([['buy', new Map(Object.entries(buy))]]),
    }
    return {
      counter_key: key,
      counters: this.#counters(key),
      instances: collectInstances({ ...maps, action, source: 'passport' }),
    }
  }

  #log(key: string): PastPermit[] {
    return this.#world.permits
      .filter(({ line }) => line.includes(key))
      .map(({ at: when, action, cost, host }) => ({ at: when, action, cost_cents: cost, target_host: host }))
  }

  #approval(request: Request, id: string): PresentedApproval {
    const row = this.#world.holds.find((hold) => hold.id === id && hold.passport === request.passport)
    return row ?? { id, status: 'unknown', fingerprint: '', held_by: [], expires_at: 0 }
  }

  #credential(passport: string): Credential {
    const revoked = lineOf(this.#world, passport).some((key) => this.#world.revoked.has(key))
    return {
      access_mode: 'passport',
      passport_id: passport,
      agent_id: 'agent',
      agent_name: null,
      permissions: ['*'],
      terms: [],
      gate_id: 'gate_a',
      root: 'gate',
      expires_at: '2030-01-01T00:00:00.000Z',
      expires_at_ms: Date.UTC(2030, 0, 1),
      tier: 'L2',
      malformed: null,
      revoked: revoked ? { reason: 'passport_revoked', detail: 'revoked' } : null,
      possession: 'absent',
      catalog_pin: null,
    }
  }
}

function gateWith(price: number | undefined, action: string): GateFacts {
  const facts = {
    gate_id: 'gate_a',
    profile: 'L2',
    allow_self_issued: false,
    issuer_accepted: false,
  } as const
  if (price === undefined) return { ...facts, catalog: null }
  const entry = {
    permission_key: action,
    risk_level: 'low',
    min_trust_level: 1,
    constraints: { 'core:pricing:model': 'per_call', 'core:pricing:per_call_cents': price },
  } as const
  return { ...facts, catalog: { known: true, version: 1, content_hash: 'x', entry } }
}

test('what is enforced is what a slow and obvious model decides, whatever is set, asked, approved and waited for', () => {
  const start = fc.record({
    rules: fc.record({ root: rules, one: rules, two: rules, leaf: rules }),
    price: fc.constantFrom(undefined, undefined, 0, 3),
  })
  fc.assert(
    fc.property(start, fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), (begin, taken) => {
      const world: World = {
        now: START,
        price: begin.price,
        parents: PARENTS,
        rules: { ...begin.rules },
        versions: { root: 0, one: 0, two: 0, leaf: 0 },
        revoked: new Set(),
        permits: [],
        holds: [],
      }
      const engine = new Engine(world)
      let last: Omit<Request, 'approval_id'> | undefined
      for (const current of taken) {
        if (current.do === 'act') last = current.request
        const request = requestOf(engine, world, current, last)
        if (request === undefined) change(engine, world, current)
        else decideBoth(engine, world, request)
      }
    }),
    { numRuns: 400 },
  )
})

/** The request that a step makes, if it makes one. */
function requestOf(
  engine: Engine,
  world: World,
  step: Step,
  last: Omit<Request, 'approval_id'> | undefined,
): Request | undefined {
  if (step.do === 'act') return { ...step.request, approval_id: undefined }
  if (step.do === 'use') {
    const hold = world.holds.at(-1 - step.which)
    const asked = engine.asked.get(hold?.id ?? '')
    return asked && { ...asked, approval_id: hold?.id }
  }
  if (step.do !== 'repeat' || last === undefined) return undefined
  if (step.shows === 'unknown') return { ...last, approval_id: 'hold_none' }
  return { ...last, approval_id: step.shows === undefined ? undefined : world.holds.at(-1 - step.shows)?.id }
}

/** What happens beside requests. */
function change(engine: Engine, world: World, step: Step): void {
  if (step.do === 'wait') world.now += step.ms
  if (step.do === 'revoke') world.revoked.add(step.passport)
  if (step.do === 'constrain') {
    world.rules[step.passport] = step.rules
    world.versions[step.passport] = (world.versions[step.passport] ?? 0) + 1
  }
  if (step.do !== 'resolve') return
  const open = world.holds.filter(({ status, expires_at }) => status === 'pending' && world.now < expires_at)
  const hold = open.at(-1 - (step.which % Math.max(1, open.length)))
  if (hold !== undefined) engine.resolve(hold, step.as)
}

function decideBoth(engine: Engine, world: World, request: Request): void {
  const expected = expect(world, request)
  const outcome = engine.enforce(request)
  const { hold } = outcome
  assert.deepEqual(
    {
      decision: outcome.decision,
      blocked_by: outcome.blocked_by,
      held_by: hold?.held_by ?? [],
      hold_id: hold === null ? null : hold.is_new ? 'new' : hold.approval_id,
      used_id: outcome.used_approval_id,
      cost: outcome.cost_cents,
      remaining: outcome.remaining_cents,
    },
    expected,
  )
  if (outcome.decision !== 'allow') assert.ok(outcome.effects.every(({ effect }) => effect.type !== 'charge'))
  engine.record(request, outcome)
  const own = world.permits.filter(({ line }) => line.includes(request.passport))
  assert.deepEqual(outcome.counters.after, {
    spent_cents: own.reduce((sum, { cost }) => sum + cost, 0),
    permits: own.length,
  })
}
