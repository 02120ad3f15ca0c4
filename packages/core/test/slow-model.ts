/**
 * What enforcing should decide, written to be obvious and nothing else: every question is answered by going through
 * the whole history again.
 */

export interface Rules {
  flat: Record<string, unknown>
  /** Limits on `buy` alone. */
  buy: Record<string, unknown>
}

export interface Request {
  passport: string
  action: string
  target: string | undefined
  cost_cents: number | undefined
  metadata: Record<string, unknown>
  approval_id: string | undefined
}

export interface Permit {
  /** The passport that acted, and every one above it. */
  line: readonly string[]
  at: number
  action: string
  cost: number
  host: string | undefined
}

export interface HoldRow {
  id: string
  passport: string
  line: readonly string[]
  fingerprint: string
  action: string
  cost: number
  held_by: readonly string[]
  status: 'pending' | 'approved' | 'denied' | 'used'
  expires_at: number
}

export interface World {
  now: number
  price: number | undefined
  /** Child to parent. */
  parents: Record<string, string | undefined>
  rules: Record<string, Rules>
  versions: Record<string, number>
  revoked: Set<string>
  permits: Permit[]
  holds: HoldRow[]
}

export interface Expected {
  decision: 'allow' | 'block' | 'request_hold'
  blocked_by: string | null
  held_by: readonly string[]
  /** The hold that the request waits on. */
  hold_id: string | 'new' | null
  used_id: string | null
  cost: number
  remaining: number | null
}

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

/** In which order constraints are judged. */
const SEQUENCE = [
  'core:time:blackout_windows',
  'core:time:not_after',
  'core:scope:action_blocklist',
  'core:scope:action_allowlist',
  'core:rate:max_per_minute',
  'core:rate:max_total',
  'core:rate:min_interval_ms',
  'core:cost:required',
  'core:cost:max_per_action',
  'core:cost:max_cumulative',
  'core:cost:max_per_day',
  'core:cost:approval_threshold',
  'core:approval:required',
  'core:approval:for_actions',
  'core:approval:new_target',
  'core:data:read_only',
  'core:data:required_metadata',
]

interface Rule {
  key: string
  value: unknown
  /** On whose history it is measured. */
  owner: string
  /** Only actions with this name count; undefined for all. */
  only: string | undefined
  window: unknown
}

export function lineOf(world: World, passport: string): string[] {
  const parent = world.parents[passport]
  return parent === undefined ? [passport] : [passport, ...lineOf(world, parent)]
}

export function fingerprintOf(world: World, request: Request): string {
  const { passport, action, target, cost_cents, metadata } = request
  return JSON.stringify([passport, action, target, cost_cents, metadata, world.versions[passport]])
}

function rulesFor(world: World, request: Request): Rule[] {
  const rules: Rule[] = []
  for (const owner of lineOf(world, request.passport)) {
    const { flat, buy } = world.rules[owner] ?? { flat: {}, buy: {} }
    const flatWindow = flat['core:cost:cumulative_window'] ?? 'total'
    for (const [key, value] of Object.entries(flat)) {
      rules.push({ key, value, owner, only: undefined, window: flatWindow })
    }
    if (request.action !== 'buy') continue
    const window = buy['core:cost:cumulative_window'] ?? flatWindow
    for (const [key, value] of Object.entries(buy)) rules.push({ key, value, owner, only: 'buy', window })
  }
  const judged = rules.filter(({ key }) => key !== 'core:cost:cumulative_window')
  return judged.sort((a, b) => SEQUENCE.indexOf(a.key) - SEQUENCE.indexOf(b.key))
}

function history(world: World, rule: Rule): Permit[] {
  return world.permits.filter(
    ({ line, action }) => line.includes(rule.owner) && (rule.only === undefined || action === rule.only),
  )
}

function isIn(window: unknown, at: number, now: number): boolean {
  if (window === 'hourly') return Math.floor(at / HOUR) === Math.floor(now / HOUR)
  if (window === 'daily') return Math.floor(at / DAY) === Math.floor(now / DAY)
  if (window === '2h') return at > now - 2 * HOUR
  return true
}

function spent(world: World, rule: Rule): number {
  const window = rule.key === 'core:cost:max_per_day' ? 'daily' : rule.window
  return history(world, rule)
    .filter(({ at }) => isIn(window, at, world.now))
    .reduce((sum, { cost }) => sum + cost, 0)
}

function isOpen(world: World, { status, expires_at }: HoldRow): boolean {
  return (status === 'pending' || status === 'approved') && world.now < expires_at
}

function reserved(world: World, rule: Rule, except: string | undefined): number {
  return world.holds
    .filter((hold) => isOpen(world, hold) && hold.id !== except && hold.line.includes(rule.owner))
    .filter(({ action }) => rule.only === undefined || action === rule.only)
    .reduce((sum, { cost }) => sum + cost, 0)
}

type Verdict = 'pass' | 'block' | 'hold'

function judge(world: World, request: Request, rule: Rule, cost: Cost, except: string | undefined): Verdict {
  const past = history(world, rule)
  const { value } = rule
  const limit = Number(value)
  const list = Array.isArray(value) ? value : []
  const blockIf = (bad: boolean): Verdict => (bad ? 'block' : 'pass')
  const holdIf = (ask: boolean): Verdict => (ask ? 'hold' : 'pass')
  switch (rule.key) {
    case 'core:time:blackout_windows':
      return blockIf(
        list.some(({ start, end }) => Date.parse(start) <= world.now && world.now < Date.parse(end)),
      )
    case 'core:time:not_after':
      return blockIf(world.now >= Date.parse(String(value)))
    case 'core:scope:action_blocklist':
      return blockIf(list.some((pattern) => matches(pattern, request.action)))
    case 'core:scope:action_allowlist':
      return blockIf(!list.some((pattern) => matches(pattern, request.action)))
    case 'core:rate:max_per_minute':
      return blockIf(past.filter(({ at }) => at > world.now - MINUTE).length + 1 > limit)
    case 'core:rate:max_total':
      return blockIf(past.length + 1 > limit)
    case 'core:rate:min_interval_ms':
      return blockIf(past.some(({ at }) => world.now - at < limit))
    case 'core:cost:required':
      return blockIf(value === true && !cost.known)
    case 'core:cost:max_per_action':
      return blockIf(cost.cents > limit)
    case 'core:cost:max_cumulative':
    case 'core:cost:max_per_day':
      return blockIf(spent(world, rule) + reserved(world, rule, except) + cost.cents > limit)
    case 'core:cost:approval_threshold':
      return holdIf(cost.cents > limit)
    case 'core:approval:required':
      return holdIf(value === true)
    case 'core:approval:for_actions':
      return holdIf(list.some((pattern) => matches(pattern, request.action)))
    case 'core:approval:new_target': {
      const host = hostOf(request.target)
      return holdIf(value === true && !past.some((permit) => host !== undefined && permit.host === host))
    }
    case 'core:data:read_only':
      // Of the actions used here, sending changes something, and buying may unless a catalog says that it does not.
      return blockIf(
        value === true &&
          (request.action === 'mail:send' || (request.action === 'buy' && world.price === undefined)),
      )
    case 'core:data:required_metadata':
      return blockIf(list.some((field) => (request.metadata[field] ?? '') === ''))
    default:
      return 'block'
  }
}

function matches(pattern: string, action: string): boolean {
  if (pattern === '*') return true
  if (pattern.startsWith('*:')) return action.split(':').at(-1) === pattern.slice(2)
  if (pattern.endsWith(':*')) return action.startsWith(`${pattern.slice(0, -2)}:`)
  return pattern === action
}

export function hostOf(target: string | undefined): string | undefined {
  return target === undefined ? undefined : /^https:\/\/([^/]+)/.exec(target)?.[1]
}

interface Cost {
  cents: number
  known: boolean
}

/** Decides by going through everything. Changes nothing. */
export function expect(world: World, request: Request): Expected {
  const declared = request.cost_cents
  const cost: Cost = {
    cents: Math.max(declared ?? 0, world.price ?? 0),
    known: declared !== undefined || world.price !== undefined,
  }
  const block = (blocked_by: string): Expected =>
    finish(world, request, {
      decision: 'block',
      blocked_by,
      held_by: [],
      hold_id: null,
      used_id: null,
      cost: cost.cents,
    })
  if (lineOf(world, request.passport).some((passport) => world.revoked.has(passport)))
    return block('passport_revoked')

  const fingerprint = fingerprintOf(world, request)
  const waiting = world.holds.find(
    (hold) => hold.passport === request.passport && hold.fingerprint === fingerprint && isOpen(world, hold),
  )
  let approval: HoldRow | undefined
  if (request.approval_id !== undefined) {
    const shown = world.holds.find(({ id }) => id === request.approval_id)
    if (shown === undefined || shown.passport !== request.passport) return block('approval_unknown')
    if (shown.fingerprint !== fingerprint) return block('approval_mismatch')
    if (shown.status === 'used') return block('approval_used')
    if (shown.status === 'denied') return block('approval_denied')
    if (world.now >= shown.expires_at) return block('approval_expired')
    if (shown.status === 'approved') approval = shown
  }
  const held: string[] = []
  for (const rule of rulesFor(world, request)) {
    const verdict = judge(world, request, rule, cost, approval?.id ?? waiting?.id)
    if (verdict === 'block') return block(rule.key)
    if (verdict === 'hold' && !approval?.held_by.includes(rule.key)) held.push(rule.key)
  }
  const [first] = held
  if (first === undefined) {
    const used_id = approval?.id ?? null
    return finish(world, request, {
      decision: 'allow',
      blocked_by: null,
      held_by: [],
      hold_id: null,
      used_id,
      cost: cost.cents,
    })
  }
  const again = approval === undefined ? waiting : undefined
  return finish(world, request, {
    decision: 'request_hold',
    blocked_by: first,
    held_by: held,
    hold_id: again?.id ?? 'new',
    used_id: again === undefined ? (approval?.id ?? null) : null,
    cost: cost.cents,
  })
}

function finish(world: World, request: Request, decided: Omit<Expected, 'remaining'>): Expected {
  const spends = rulesFor(world, request).filter(({ key }) => /max_cumulative|max_per_day/.test(key))
  const added = decided.decision === 'allow' ? decided.cost : 0
  const kept = decided.hold_id === 'new' ? decided.cost : 0
  const rests = spends.map((rule) =>
    Math.max(
      0,
      Number(rule.value) -
        spent(world, rule) -
        added -
        reserved(world, rule, decided.used_id ?? undefined) -
        kept,
    ),
  )
  return { ...decided, remaining: rests.length === 0 ? null : Math.min(...rests) }
}
