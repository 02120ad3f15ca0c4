import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseCounters } from '@modei/core'
import { verifyChain } from '@modei/protocol'
import { startProcess } from './server-process.ts'

const KEY = `mod_live_${'k'.repeat(40)}`
const BUDGET = 1_000_000

interface Answered {
  attestation_id: string
  decision: string
}

/** Kills a server in the middle of a load from 50 connections, then proves what its database holds. */
export async function crashRound(afterDecisions: number): Promise<{ answered: number; logged: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'modei-crash-'))
  try {
    const answered = await loadAndKill(directory, afterDecisions)
    // A restart recovers the write-ahead log, as an operator's would.
    const again = await startProcess({ MODEI_DATA_DIR: directory })
    again.child.kill('SIGTERM')
    assert.equal((await again.exited).code, 0)
    const db = new DatabaseSync(join(directory, 'modei.db'), { readOnly: true })
    const logged = verifyDatabase(db, answered)
    db.close()
    return { answered: answered.length, logged }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function loadAndKill(directory: string, afterDecisions: number): Promise<Answered[]> {
  const server = await startProcess({ MODEI_DATA_DIR: directory, MODEI_BOOTSTRAP_API_KEY: KEY })
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  const post = async (path: string, body: unknown): Promise<any> => {
    const answer = await fetch(server.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return answer.json()
  }
  await post('/api/gates', { name: 'Shop', gate_id: 'gate_shop' })
  const passports: string[] = []
  for (let i = 0; i < 5; i += 1) {
    const grant = {
      agent_id: `agent-${i}`,
      permissions: ['buy'],
      constraints: { 'core:cost:max_cumulative': BUDGET, 'core:rate:max_per_minute': 100_000 },
    }
    passports.push((await post('/api/gates/gate_shop/passports', grant)).passport_id)
  }
  const answered: Answered[] = []
  let killed = false
  const worker = async (index: number) => {
    while (!killed) {
      const passport_id = passports[index % passports.length]
      const answer = await post('/api/enforce', { passport_id, action: 'buy', cost_cents: 7 })
      answered.push({ attestation_id: answer.attestation_id, decision: answer.decision })
      if (answered.length >= afterDecisions && !killed) {
        killed = true
        server.child.kill('SIGKILL')
      }
    }
  }
  await Promise.allSettled(Array.from({ length: 50 }, (_, index) => worker(index)))
  assert.equal((await server.exited).signal, 'SIGKILL')
  return answered
}

/** Every answered decision is there, the chain is whole, and counters equal the log. Returns the log's length. */
function verifyDatabase(db: DatabaseSync, answered: readonly Answered[]): number {
  const rows = db
    .prepare("select * from attestations where chain_id = 'gate_shop' order by chain_index")
    .all()
  const logged = new Map(rows.map((row) => [String(row.id), row]))
  for (const { attestation_id, decision } of answered) {
    const row = logged.get(attestation_id)
    assert.ok(row, `${attestation_id} was answered and is not in the log`)
    assert.equal(row.decision, decision === 'PERMIT' ? 'allow' : 'block')
  }
  const keys = new Map(
    db
      .prepare("select id, public_key from signing_keys where owner_id = 'gate_shop'")
      .all()
      .map((row) => [String(row.id), String(row.public_key)]),
  )
  const head = db.prepare("select head_index, head_hash from chains where chain_id = 'gate_shop'").get()
  const verdict = verifyChain(
    rows.map((row) => ({
      attestation_json: String(row.attestation_json),
      signature: String(row.signature),
      signing_key_id: String(row.signing_key_id),
      chain_index: Number(row.chain_index),
      chain_hash: String(row.chain_hash),
    })),
    { findPublicKey: (id) => keys.get(id) },
  )
  assert.ok(verdict.ok, JSON.stringify(verdict))
  assert.deepEqual(verdict.head, { chain_index: head?.head_index, chain_hash: head?.head_hash })
  for (const counter of db.prepare('select * from counters').all()) {
    const own = rows.filter((row) => row.passport_id === counter.counter_key)
    const permits = own.filter((row) => row.decision === 'allow')
    const spent = permits.reduce((sum, row) => sum + Number(row.cost_cents), 0)
    const { total } = parseCounters(String(counter.state)).windows
    assert.equal(total.cents, spent, 'the counter differs from the log')
    assert.equal(total.permits, permits.length)
    assert.equal(counter.sequence_number, own.length)
    assert.ok(spent <= BUDGET)
  }
  return rows.length
}
