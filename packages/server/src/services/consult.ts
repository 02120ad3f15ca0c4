import { newCounters, type PastPermit, parseCounters, targetHost } from '@modei/core'
import type { Kysely } from 'kysely'
import { readPassportLine } from '../store/passport-line.ts'
import type { Database } from '../store/schema.ts'
import type { DecisionJob, LiveFacts, NeedPermits } from '../store/store.ts'
import { withCatalog } from './catalog-facts.ts'
import type { Services } from './services.ts'

/** What a decision would depend on, and what is asked instead of deciding. */
export interface Consultation<T extends object> extends Omit<DecisionJob<never>, Unread> {
  ask(facts: LiveFacts): T | NeedPermits
}
type Unread = 'chain_id' | 'idempotency' | 'decide'

/**
 * Runs a question over the facts that a decision would find, as they are committed at this moment. Takes no lock and
 * writes nothing: counters that the question fills up are its own copies.
 */
export function consult<T extends object>(services: Services, question: Consultation<T>): Promise<T> {
  return withCatalog(services, async () => {
    const { store } = services
    const permits = new Map<string, PastPermit[]>()
    const facts = await readFacts(store.read, question, await store.now(), permits)
    let answer = question.ask(facts)
    while (isNeed(answer)) {
      if (permits.has(answer.counter_key)) throw new Error('a question asked twice for the same permits')
      permits.set(answer.counter_key, await pastPermits(store.scan, question.workspace_id, answer))
      answer = question.ask(facts)
    }
    return answer
  })
}

function isNeed(answer: object): answer is NeedPermits {
  return 'need' in answer
}

async function readFacts(
  db: Kysely<Database>,
  question: Consultation<object>,
  now: number,
  permits: ReadonlyMap<string, PastPermit[]>,
): Promise<LiveFacts> {
  const { workspace_id: workspaceId, nonce } = question
  const passports = byId(
    await db.selectFrom('passports').selectAll().where('id', 'in', some(question.passport_ids)).execute(),
  )
  const gateIds = some([question.gate_id, ...question.gate_ids])
  const issuerIds = some(question.issuer_ids)
  const gates = byId(await db.selectFrom('gates').selectAll().where('id', 'in', gateIds).execute())
  const issuers = byId(await db.selectFrom('issuers').selectAll().where('id', 'in', issuerIds).execute())
  const workspace = await db
    .selectFrom('workspaces')
    .select('supervised_at')
    .where('id', '=', workspaceId)
    .executeTakeFirst()
  const approvals = byId(
    await db
      .selectFrom('approvals')
      .selectAll()
      .where('workspace_id', '=', workspaceId)
      .where('id', 'in', some([question.approval_id]))
      .execute(),
  )
  const revocations = await db
    .selectFrom('revocations')
    .selectAll()
    .where('revocation_key', 'in', some(question.revocation_keys))
    .execute()
  const used =
    nonce === null
      ? undefined
      : await db
          .selectFrom('nonces')
          .select('nonce')
          .where('scope', '=', nonce.scope)
          .where('nonce', '=', nonce.nonce)
          .executeTakeFirst()
  const counters = await db
    .selectFrom('counters')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('counter_key', 'in', some([question.sequence_key, ...question.counter_keys]))
    .execute()
  const at = Math.max(now, ...counters.map(({ last_decision_at }) => last_decision_at))
  const states = new Map(
    counters.map(({ counter_key, state }) => [
      counter_key,
      state === null ? newCounters(at) : parseCounters(state),
    ]),
  )
  const revokedAt = new Map(revocations.map((row) => [row.revocation_key, row.revoked_at]))
  return {
    now: at,
    gate: (id) => gates.get(id),
    issuer: (id) => issuers.get(id),
    passport: (id) => passports.get(id),
    workspace: () => workspace ?? { supervised_at: null },
    revokedAt: (key) => revokedAt.get(key),
    counters(key) {
      const state = states.get(key) ?? newCounters(at)
      states.set(key, state)
      return state
    },
    approval: (id) => approvals.get(id),
    nonceUsed: () => used !== undefined,
    pastPermits: (key) => permits.get(key),
  }
}

/** Distinct ids to look for; an empty text, which is no id, where there are none, for SQL knows no empty list. */
function some(ids: readonly (string | null)[]): string[] {
  const distinct = [...new Set(ids.filter((id) => id !== null))]
  return distinct.length === 0 ? [''] : distinct
}

function byId<R extends { id: string }>(rows: readonly R[]): Map<string, R> {
  return new Map(rows.map((row) => [row.id, row]))
}

/** Permits charged to a counter: its passports' own, from the log, and what their descendants charged. */
async function pastPermits(
  db: Kysely<Database>,
  workspaceId: string,
  { counter_key: key, since }: NeedPermits,
): Promise<PastPermit[]> {
  const own = await db
    .selectFrom('attestations')
    .select(['created_at as at', 'action', 'cost_cents', 'target'])
    .where('workspace_id', '=', workspaceId)
    .where('sequence_key', 'in', await readPassportLine(db, key))
    .where('counter_key', '=', key)
    .where('created_at', '>=', since)
    .execute()
  const charged = await db
    .selectFrom('ancestor_charges')
    .select(['at', 'action', 'cost_cents', 'target_host'])
    .where('workspace_id', '=', workspaceId)
    .where('counter_key', '=', key)
    .where('at', '>=', since)
    .execute()
  return [
    ...own.map(({ target, action, ...permit }) => ({
      ...permit,
      action: action ?? '',
      target_host: target === null ? undefined : targetHost(target),
    })),
    ...charged,
  ]
}
