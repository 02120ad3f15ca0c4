import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { newCounters, parseCounters } from '@modei/core'
import {
  type Answer,
  box,
  endings,
  makeGate,
  makeWorld,
  passportRow,
  type Spending,
  spend,
  times,
  type World,
} from '../../src/store/conformance-fixture.ts'
import { assertWhole, logOf } from '../../src/store/conformance-log.ts'
import { GroupCommit } from '../../src/store/group-commit.ts'
import { Mutex } from '../../src/store/mutex.ts'
import { Signer } from '../../src/store/signer.ts'
import { openConnection } from '../../src/store/sqlite/connection.ts'
import { SqliteDecisionEngine } from '../../src/store/sqlite/decision-engine.ts'
import { KeptRows } from '../../src/store/sqlite/flush-view.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { WalCheckpointer } from '../../src/store/sqlite/wal-checkpointer.ts'
import type { DecisionRecord, Row, Store } from '../../src/store/store.ts'

/** Batches are decided while others are on their way to the disk: here they are small, so that many are. */
const MAX_BATCH = 5
const COST = 100

function temporaryFile(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'modei-in-flight-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'modei.db')
}

async function openStore(t: TestContext, file = temporaryFile(t)): Promise<Store> {
  const store = await openSqliteStore(file, { signer: new Signer(box), maxBatch: MAX_BATCH })
  t.after(() => store.close())
  return store
}

/** Exactly what was answered is in the log; chain, sequence and counter are what it adds up to. */
async function assertRecorded(store: Store, world: World, answers: readonly Answer[]): Promise<void> {
  const log = await logOf(store, world.chain_id)
  assert.deepEqual(log.map(({ id }) => id).sort(), answers.map(({ id }) => id).sort())
  await assertWhole(store, world.chain_id)
  const { state, sequence_number } = await counterOf(store, world.passport_id)
  assert.deepEqual(
    log.map((row) => row.sequence_number).sort((a, b) => a - b),
    times(log.length, (i) => i + 1),
  )
  assert.equal(sequence_number, log.length)
  const { cents, permits } = (state === null ? newCounters(0) : parseCounters(state)).windows.total
  const allowed = log.filter(({ decision }) => decision === 'allow')
  assert.deepEqual({ cents, permits }, { cents: allowed.length * COST, permits: allowed.length })
}

function counterOf(store: Store, key: string): Promise<Row<'counters'>> {
  return store.read
    .selectFrom('counters')
    .selectAll()
    .where('counter_key', '=', key)
    .executeTakeFirstOrThrow()
}

/** A record that the database refuses, so that the batch that it is in is not written. */
function refused({ gate_id }: { gate_id: string }) {
  return (_facts: unknown, plain: DecisionRecord<Answer>): DecisionRecord<Answer> => ({
    ...plain,
    approvals: [
      {
        id: `hold_${plain.attestation.id}`,
        workspace_id: 'ws_of_nobody',
        gate_id,
        passport_id: 'pp_of_nobody',
        agent_id: 'agent',
        action: 'test:spend',
        target: null,
        cost_cents: 0,
        metadata: null,
        held_by: '[]',
        reason: 'none',
        counter_keys: '[]',
        sequence_key: 'none',
        fingerprint: 'none',
        constraint_version: 0,
        status: 'pending',
        created_at: 0,
        expires_at: 0,
        resolved_at: null,
        resolved_by: null,
        note: null,
        attestation_id: 'none',
      },
    ],
  })
}

for (const size of [1, 2, 5, 50]) {
  test(`decisions whose batches of ${size} the database refuses are not recorded, and all around them are, once`, async (t) => {
    const file = temporaryFile(t)
    const store = await openSqliteStore(file, { signer: new Signer(box), maxBatch: size })
    t.after(() => store.close())
    const world = await makeWorld(store)
    const budget_cents = 60 * COST
    const jobs = times(200, (i) =>
      store.decide(
        spend(
          world,
          i % 17 === 3 ? { budget_cents, record: refused({ gate_id: world.chain_id }) } : { budget_cents },
        ),
      ),
    )
    const { values, errors } = await endings(jobs)
    assert.equal(errors.length, 12)
    for (const error of errors) assert.match(String(Object(error).cause), /FOREIGN KEY/)
    assert.equal(values.filter(({ decision }) => decision === 'allow').length, 60)
    await assertRecorded(store, world, values)
  })
}

test('a gate whose key cannot be opened records nothing, and costs no other gate a decision', async (t) => {
  const store = await openStore(t)
  const world = await makeWorld(store)
  const broken = await makeGate(store, world)
  await store.write((tx) =>
    tx.updateTable('signing_keys').set({ sealed_seed: null }).where('owner_id', '=', broken).execute(),
  )
  const { values, errors } = await endings(
    times(150, (i) => store.decide(spend(world, i % 7 === 2 ? { chain_id: broken, gate_id: broken } : {}))),
  )
  assert.equal(errors.length, 22)
  await assertRecorded(store, world, values)
  assert.deepEqual(await logOf(store, broken), [])
})

test('a write sees every decision that was made before it, and no decision outlives what it changes', async (t) => {
  const store = await openStore(t)
  const world = await makeWorld(store)
  const decisions: Promise<Answer>[] = []
  for (const turn of times(40, (i) => i)) {
    decisions.push(...times(12, () => store.decide(spend(world))))
    if (turn % 3 === 0) await decisions.at(-7)
    await store.write(async (tx) => {
      const { rows } = await tx
        .selectFrom('attestations')
        .select(({ fn }) => fn.countAll<number>().as('rows'))
        .where('sequence_key', '=', world.passport_id)
        .executeTakeFirstOrThrow()
      const counter = await tx
        .selectFrom('counters')
        .select('sequence_number')
        .where('counter_key', '=', world.passport_id)
        .executeTakeFirst()
      assert.equal(counter?.sequence_number ?? 0, rows)
    })
  }
  const late = times(30, () => store.decide(spend(world)))
  await store.write((tx, now) =>
    tx.updateTable('passports').set({ revoked_at: now }).where('id', '=', world.passport_id).execute(),
  )
  const after = await Promise.all(times(30, () => store.decide(spend(world))))
  assert.ok(after.every(({ reason }) => reason === 'passport_revoked'))
  await assertRecorded(store, world, [...(await Promise.all([...decisions, ...late])), ...after])
})

test('a counter that is reset while decisions are in flight counts those after the reset alone', async (t) => {
  const store = await openStore(t)
  const world = await makeWorld(store)
  for (const _ of times(15, (i) => i)) {
    const decisions = times(23, () => store.decide(spend(world)))
    await decisions[4]
    const head = await store.write(async (tx) => {
      const row = await tx
        .selectFrom('chains')
        .select('head_index')
        .where('chain_id', '=', world.chain_id)
        .executeTakeFirstOrThrow()
      await tx
        .updateTable('counters')
        .set({ state: null })
        .where('counter_key', '=', world.passport_id)
        .execute()
      return row.head_index
    })
    const answers = await Promise.all(decisions)
    const { state } = await counterOf(store, world.passport_id)
    const permits = state === null ? 0 : parseCounters(state).windows.total.permits
    assert.equal(permits, Math.max(...answers.map(({ chain_index }) => chain_index)) - head)
  }
})

test('a nonce that is presented in many batches at once is used once', async (t) => {
  const store = await openStore(t)
  const world = await makeWorld(store)
  for (const round of times(10, (i) => i)) {
    const nonce = { scope: world.passport_id, nonce: `n-${round}`, expires_at: Date.now() + 300_000 }
    const answers = await Promise.all(times(24, () => store.decide(spend(world, { nonce }))))
    assert.equal(answers.filter(({ decision }) => decision === 'allow').length, 1)
  }
})

test('a counter that is filled from the log is filled with what is in flight too', async (t) => {
  const store = await openStore(t)
  const world = await makeWorld(store)
  const seen = new Map<string, number>()
  const fill: Spending = {
    record(facts, plain) {
      const past = facts.pastPermits(world.passport_id)
      if (past === undefined) return { need: 'permits', counter_key: world.passport_id, since: 0 }
      seen.set(plain.attestation.id, past.length)
      return plain
    },
  }
  const answers = await Promise.all(times(90, (i) => store.decide(spend(world, i % 13 === 11 ? fill : {}))))
  assert.equal(seen.size, 7)
  for (const { id, sequence_number } of answers) {
    const past = seen.get(id)
    if (past !== undefined) assert.equal(past, sequence_number - 1)
  }
})

test('an agent that is seen for the first time in many batches at once has one budget', async (t) => {
  const store = await openStore(t)
  const world = await makeWorld(store)
  const agents = times(12, (i) => ({ ...world, passport_id: `${world.passport_id}-${i}` }))
  await store.write(async (tx, now) => {
    await tx
      .insertInto('passports')
      .values(agents.map((agent) => passportRow(agent, now)))
      .execute()
  })
  const budget = (agent: World): Spending => ({ budget_cents: 4 * COST, passport_ids: [agent.passport_id] })
  const answers = await Promise.all(
    times(15, () => agents.map((agent) => store.decide(spend(agent, budget(agent))))).flat(),
  )
  assert.equal(answers.filter(({ decision }) => decision === 'allow').length, 12 * 4)
  await assertWhole(store, world.chain_id)
  for (const agent of agents) {
    const { state, sequence_number } = await counterOf(store, agent.passport_id)
    assert.equal(sequence_number, 15)
    assert.equal(parseCounters(state ?? '').windows.total.cents, 4 * COST)
  }
})

test('with and without idempotency keys, batches of every size, and others between them keep one order', async (t) => {
  const store = await openStore(t)
  const world = await makeWorld(store)
  const answers: Answer[] = []
  const budget_cents = 90 * COST
  for (const round of times(30, (i) => i)) {
    const burst = times(1 + ((round * 7) % 13), (i) => {
      const keyed = (round + i) % 4 === 0
      const idempotency = {
        workspace_id: world.workspace_id,
        key_id: 'key_1',
        method: 'POST',
        path: '/api/enforce',
        idempotency_key: `k-${round}-${i}`,
        fingerprint: 'f',
        encode: (result: unknown) => ({ status: 200, body: JSON.stringify(result) }),
      }
      return store.decide(spend(world, keyed ? { budget_cents, idempotency } : { budget_cents }))
    })
    if (round % 2 === 0) await burst[0]
    answers.push(...(await Promise.all(round % 3 === 0 ? burst : burst.slice(0, 1))))
    answers.push(...(await Promise.all(round % 3 === 0 ? [] : burst.slice(1))))
  }
  assert.equal(answers.filter(({ decision }) => decision === 'allow').length, 90)
  await assertRecorded(store, world, answers)
})

test('when the thread that writes dies, what it was given is answered 503 or is in the log, and the budget holds', async (t) => {
  const file = temporaryFile(t)
  const made = await openSqliteStore(file, { signer: new Signer(box) })
  const world = await makeWorld(made)
  await made.close()
  const db = openConnection(file)
  const signer = new Signer(box)
  const lock = new Mutex()
  const engine = new SqliteDecisionEngine({
    thread: { file },
    db,
    wal: new WalCheckpointer(db, file),
    kept: new KeptRows(),
    lock,
    clock: Date.now,
    signer,
    onSync: () => undefined,
  })
  const decisions = new GroupCommit(engine, signer, {
    maxBatch: MAX_BATCH,
    maxQueue: 1000,
    lanes: 1,
    halves: true,
  })
  const budget_cents = 150 * COST
  const answered: Answer[] = []
  for (const wait of times(6, (i) => i * 17 + 1)) {
    const burst = times(60, () => decisions.decide(spend(world, { budget_cents })))
    await Promise.race([burst[wait % 60], Promise.allSettled(burst)])
    await engine.close()
    const { values, errors } = await endings(burst)
    answered.push(...values)
    for (const error of errors) assert.equal(Object(error).code, 'unavailable')
  }
  answered.push(...(await Promise.all(times(60, () => decisions.decide(spend(world, { budget_cents }))))))
  await decisions.close()
  await engine.close()
  await signer.close()
  db.close()
  const store = await openStore(t, file)
  const log = await logOf(store, world.chain_id)
  await assertWhole(store, world.chain_id)
  const ids = new Set(log.map(({ id }) => id))
  assert.ok(answered.every(({ id }) => ids.has(id)))
  assert.equal(log.filter(({ decision }) => decision === 'allow').length, 150)
  assert.equal((await counterOf(store, world.passport_id)).sequence_number, log.length)
})
