import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { ModeiProblem } from '@modei/protocol'
import {
  type Answer,
  type DatabaseUnderTest,
  endings,
  makeGate,
  makeWorld,
  spend,
  times,
  type World,
} from './conformance-fixture.ts'
import { group } from './conformance-group.ts'
import { logOf } from './conformance-log.ts'
import { type IdempotencyClaim, IdempotentReplay, type Row } from './store.ts'
import { REPLAY_MS, writeOnce } from './write-once.ts'

function claim({ workspace_id }: World, fingerprint = 'f1'): IdempotencyClaim {
  return {
    workspace_id,
    key_id: 'key_1',
    method: 'POST',
    path: '/api/enforce',
    idempotency_key: 'k1',
    fingerprint,
    encode: (result) => ({ status: 200, body: JSON.stringify(result) }),
  }
}

function codeOf(error: unknown): string {
  if (error instanceof IdempotentReplay) return 'replay'
  return error instanceof ModeiProblem ? error.code : String(error)
}

export function describeRepeats(create: () => Promise<DatabaseUnderTest>): void {
  group('repeats', create, (opened) => {
    test('a repeat is answered with the first answer and records nothing', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const first = await store.decide(spend(world, { idempotency: claim(world) }))
      const { errors } = await endings([other.decide(spend(world, { idempotency: claim(world) }))])
      const [replay] = errors
      assert.ok(replay instanceof IdempotentReplay)
      assert.equal(replay.status, 200)
      const replayed: Answer = JSON.parse(replay.body)
      assert.equal(replayed.id, first.id)
      assert.equal((await logOf(store, world.chain_id)).length, 1)
    })

    test('the same key with another request is a conflict', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      await store.decide(spend(world, { idempotency: claim(world) }))
      await assert.rejects(other.decide(spend(world, { idempotency: claim(world, 'f2') })), {
        code: 'idempotency_conflict',
      })
    })

    test('a decision that throws leaves its key free', async () => {
      const { store } = opened()
      const world = await makeWorld(store)
      const check = () => {
        throw new ModeiProblem('not_found', 'no')
      }
      await assert.rejects(store.decide(spend(world, { idempotency: claim(world), check })), {
        code: 'not_found',
      })
      assert.equal((await store.decide(spend(world, { idempotency: claim(world) }))).sequence_number, 1)
    })

    test('an answer that is too old to be replayed gives way to a new decision', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      await store.decide(spend(world, { idempotency: claim(world) }))
      await store.write((tx, now) =>
        tx
          .updateTable('idempotency')
          .set({ created_at: now - REPLAY_MS - 1 })
          .where('workspace_id', '=', world.workspace_id)
          .execute(),
      )
      const anew = await other.decide(spend(world, { idempotency: claim(world, 'f2') }))
      assert.equal(anew.sequence_number, 2)
      const { errors } = await endings([store.decide(spend(world, { idempotency: claim(world, 'f2') }))])
      assert.deepEqual(errors.map(codeOf), ['replay'])
    })

    test('many repeats at once are one decision, from however many processes', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const { values, errors } = await endings(
        times(40, (i) => (i % 2 === 0 ? store : other).decide(spend(world, { idempotency: claim(world) }))),
      )
      assert.equal(values.length, 1)
      for (const error of errors) assert.match(codeOf(error), /^(?:replay|idempotency_in_flight)$/)
      assert.equal((await logOf(store, world.chain_id)).length, 1)
    })

    test('two requests that race for one key at different gates are one decision and one conflict', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const second = await makeGate(store, world)
      for (const round of times(15, (i) => i)) {
        const named = (fingerprint: string) => ({
          ...claim(world, fingerprint),
          idempotency_key: `race-${round}`,
        })
        const { values, errors } = await endings([
          store.decide(spend(world, { idempotency: named('f1') })),
          other.decide(spend(world, { chain_id: second, gate_id: second, idempotency: named('f2') })),
        ])
        assert.equal(values.length, 1)
        assert.deepEqual(errors.map(codeOf), ['idempotency_conflict'])
      }
    })

    test('a nonce is used once, at however many gates and processes it is presented together', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const second = await makeGate(store, world)
      for (const round of times(15, (i) => i)) {
        const nonce = { scope: world.passport_id, nonce: `n-${round}`, expires_at: Date.now() + 300_000 }
        const answers = await Promise.all([
          store.decide(spend(world, { nonce })),
          other.decide(spend(world, { nonce, chain_id: second, gate_id: second })),
          other.decide(spend(world, { nonce })),
          store.decide(spend(world, { nonce, chain_id: second, gate_id: second })),
        ])
        assert.deepEqual(answers.map(({ reason }) => reason ?? 'used').sort(), [
          'nonce_used',
          'nonce_used',
          'nonce_used',
          'used',
        ])
      }
    })

    test('a nonce is used once where no row is locked by both, neither chain nor counter', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const second = await makeGate(store, world)
      for (const round of times(15, (i) => i)) {
        const nonce = { scope: world.passport_id, nonce: `free-${round}`, expires_at: Date.now() + 300_000 }
        const elsewhere = `${world.passport_id}-${round}`
        const answers = await Promise.all([
          store.decide(spend(world, { nonce })),
          other.decide(
            spend(world, {
              nonce,
              chain_id: second,
              gate_id: second,
              sequence_key: elsewhere,
              counter_keys: [elsewhere],
            }),
          ),
        ])
        assert.deepEqual(answers.map(({ reason }) => reason ?? 'used').sort(), ['nonce_used', 'used'])
      }
    })

    test('an approval is used once, whichever process is asked', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      const id = `hold_${randomBytes(6).toString('hex')}`
      await store.decide(
        spend(world, { record: (facts, plain) => ({ ...plain, approvals: [hold(world, id, facts.now)] }) }),
      )
      const use = () =>
        spend(world, {
          approval_id: id,
          check: (facts) => (facts.approval(id)?.status === 'approved' ? null : 'not_approved'),
          record(facts, plain) {
            const row = facts.approval(id)
            const used = row !== undefined && plain.attestation.decision === 'allow'
            return used ? { ...plain, approvals: [{ ...row, status: 'used' }] } : plain
          },
        })
      const answers = await Promise.all(times(20, (i) => (i % 2 === 0 ? store : other).decide(use())))
      assert.equal(answers.filter(({ decision }) => decision === 'allow').length, 1)
    })

    test('a claimed write runs once, from however many processes, and its answer is replayed', async () => {
      const { store, other } = opened()
      const world = await makeWorld(store)
      let made = 0
      const { values, errors } = await endings(
        times(12, (i) =>
          writeOnce(i % 2 === 0 ? store : other, claim(world), async (tx) => {
            made += 1
            const key = `made ${world.workspace_id} ${made}`
            await tx.insertInto('meta').values({ key, value: '' }).execute()
            return made
          }),
        ),
      )
      assert.equal(values.length, 1)
      assert.deepEqual([...new Set(errors.map(codeOf))], ['replay'])
      const rows = await store.read
        .selectFrom('meta')
        .select('key')
        .where('key', 'like', `made ${world.workspace_id} %`)
        .execute()
      assert.equal(rows.length, 1)
    })
  })
}

function hold(world: World, id: string, now: number): Row<'approvals'> {
  return {
    id,
    workspace_id: world.workspace_id,
    gate_id: world.chain_id,
    passport_id: world.passport_id,
    agent_id: 'agent_conformance',
    action: 'test:spend',
    target: null,
    cost_cents: 100,
    metadata: null,
    held_by: '[]',
    reason: 'approval_required',
    counter_keys: '[]',
    sequence_key: world.passport_id,
    fingerprint: 'f',
    constraint_version: 0,
    status: 'approved',
    created_at: now,
    expires_at: now + 300_000,
    resolved_at: now,
    resolved_by: 'key_1',
    note: null,
    attestation_id: 'enf_1',
  }
}
