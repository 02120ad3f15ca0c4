import assert from 'node:assert/strict'
import { backfill, type Counters, charge, newCounters, parseCounters } from '@modei/core'
import { verifyChain } from '@modei/protocol/crypto/chain'
import type { Kysely } from 'kysely'
import type { Database } from '../../src/store/schema.ts'
import type { Row } from '../../src/store/store.ts'
import type { Answered } from './keyed-load.ts'
import { answersOf, type Subject, type Subjects } from './subjects.ts'

type Reader = Kysely<Database>
type Logged = Row<'attestations'>

const MINUTE_MS = 60_000

/**
 * What must hold after any fault, once every request of the round was answered: each is in the log exactly once, no
 * chain and no sequence has a gap, every signature holds, counters are what the log adds up to, no limit was exceeded.
 */
export async function checkLog(
  read: Reader,
  subjects: Subjects,
  answers: readonly Answered[],
): Promise<void> {
  const log: Logged[] = []
  for (const gate of subjects.gates) log.push(...(await wholeChain(read, gate)))
  const byId = new Map(log.map((row) => [row.id, row]))
  for (const answer of answers) {
    const row = byId.get(answer.attestation_id)
    assert.ok(row, `${answer.attestation_id} was answered and is not in the log`)
    assert.equal(row.passport_id, answer.passport_id)
    assert.equal(row.decision, answer.decision === 'PERMIT' ? 'allow' : 'block')
    assert.equal(row.sequence_number, answer.sequence_number)
  }
  assert.equal(new Set(answers.map(({ attestation_id }) => attestation_id)).size, answers.length)
  assert.equal(log.length, answers.length, 'requests were decided that nobody was answered, or twice')
  await checkRepeats(read, answers)
  for (const subject of subjects.passports) {
    const own = log.filter(({ sequence_key }) => sequence_key === subject.passport_id)
    own.sort((a, b) => a.sequence_number - b.sequence_number)
    assert.equal(own.length, answersOf(subject, answers).length)
    checkSequence(own)
    checkLimits(subject, own)
    await checkCounters(read, subject, own)
  }
}

/** The records of a chain, verified from the first to the head that the store keeps. */
async function wholeChain(read: Reader, gateId: string): Promise<Logged[]> {
  const rows = await read
    .selectFrom('attestations')
    .selectAll()
    .where('chain_id', '=', gateId)
    .orderBy('chain_index')
    .execute()
  const keys = await read
    .selectFrom('signing_keys')
    .select(['id', 'public_key'])
    .where('owner_id', '=', gateId)
    .execute()
  const head = await read
    .selectFrom('chains')
    .selectAll()
    .where('chain_id', '=', gateId)
    .executeTakeFirstOrThrow()
  const publicKeys = new Map(keys.map(({ id, public_key }) => [id, public_key]))
  const verdict = verifyChain(rows, { findPublicKey: (id) => publicKeys.get(id) })
  assert.ok(verdict.ok, JSON.stringify(verdict))
  assert.deepEqual(verdict.head, { chain_index: head.head_index, chain_hash: head.head_hash })
  assert.equal(rows.length, head.head_index)
  assert.equal(head.allowed + head.denied, head.total_checks)
  return rows
}

function checkSequence(own: readonly Logged[]): void {
  let before = 0
  for (const [index, { sequence_number, created_at }] of own.entries()) {
    assert.equal(sequence_number, index + 1, 'a sequence has a gap')
    assert.ok(created_at >= before, 'a decision is dated before the one that it follows')
    before = created_at
  }
}

function checkLimits(subject: Subject, own: readonly Logged[]): void {
  const permits = own.filter(({ decision }) => decision === 'allow')
  const { budget_cents, day_cents, per_minute, cost_cents } = subject
  if (budget_cents !== undefined) {
    // Exactly: neither one too many nor, since each request was decided in the end, one too few.
    assert.equal(permits.length, Math.min(own.length, Math.floor(budget_cents / cost_cents)))
  }
  if (day_cents !== undefined) {
    const days = Map.groupBy(permits, ({ created_at }) => new Date(created_at).toISOString().slice(0, 10))
    for (const [day, { length }] of days) {
      assert.ok(length * cost_cents <= day_cents, `${length} permits on ${day}`)
    }
  }
  if (per_minute !== undefined) {
    for (const [index, { created_at }] of permits.entries()) {
      const first = permits[index - per_minute]
      assert.ok(first === undefined || created_at - first.created_at >= MINUTE_MS, 'too many in a minute')
    }
  }
  if (budget_cents === undefined && day_cents === undefined && per_minute === undefined) {
    assert.equal(permits.length, own.length, 'a request without a limit was blocked')
  }
}

async function checkCounters(read: Reader, subject: Subject, own: readonly Logged[]): Promise<void> {
  const row = await read
    .selectFrom('counters')
    .selectAll()
    .where('counter_key', '=', subject.passport_id)
    .executeTakeFirst()
  assert.equal(row?.sequence_number ?? 0, own.length)
  if (row === undefined) return
  assert.equal(row.last_attestation_id, own.at(-1)?.id)
  assert.equal(row.last_decision_at, own.at(-1)?.created_at)
  assert.ok(row.state !== null)
  const stored = parseCounters(row.state)
  // Blocked requests note their time too.
  assert.deepEqual({ ...recomputed(stored, own), decided_at: stored.decided_at }, stored)
}

/** Counters that keep what the stored ones keep, from the log alone. */
function recomputed(stored: Counters, own: readonly Logged[]): Counters {
  const begin = own[0]?.created_at ?? 0
  const counters = newCounters(begin)
  for (const { scope, tracks } of stored.scopes) {
    const trackers = tracks.map((track) => {
      if (track.kind === 'rate') return { kind: 'rate' as const, window_ms: track.ms, limit: 0 }
      assert.equal(track.kind, 'calendar')
      assert.ok(track.kind === 'calendar')
      return { kind: 'spend' as const, window: track.window }
    })
    backfill(counters, scope, trackers, [], begin)
  }
  for (const { created_at, action, cost_cents, decision } of own) {
    if (decision !== 'allow') continue
    charge(counters, { now: created_at, action: String(action), cost_cents, target_host: null })
  }
  return counters
}

/** The answer that a repeat is given is the first one. */
async function checkRepeats(read: Reader, answers: readonly Answered[]): Promise<void> {
  const keys = answers.map(({ key }) => key)
  const stored = new Map<string, string>()
  for (let from = 0; from < keys.length; from += 500) {
    const rows = await read
      .selectFrom('idempotency')
      .select(['idempotency_key', 'body'])
      .where('idempotency_key', 'in', keys.slice(from, from + 500))
      .execute()
    for (const { idempotency_key, body } of rows) stored.set(idempotency_key, body)
  }
  for (const { key, text } of answers) assert.equal(stored.get(key), text)
}
