import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findColumnMismatch } from './chain-columns.ts'

const SIGNED = {
  attestation_id: 'enf_1',
  type: 'enforcement',
  gate_id: 'gate_shop',
  decision: 'request_hold',
  target: null,
  cost_cents: 900,
  chain_id: 'gate_shop',
  created_at: '2026-05-14T12:00:01.000Z',
  signing_key_id: 'sk_1',
}

test('columns that say what was signed pass, in every spelling of a decision and of a time', () => {
  for (const shown of [
    {},
    { id: 'enf_1', attestation_id: 'enf_1', target: null, cost_cents: 900, signing_key_id: 'sk_1' },
    { signing_key_id: 'sk_1', decision: 'SUSPEND' },
    { signing_key_id: 'sk_1', decision: 'request_hold' },
    { signing_key_id: 'sk_1', created_at: '2026-05-14T12:00:01.000Z' },
    { signing_key_id: 'sk_1', created_at: Date.parse('2026-05-14T12:00:01.000Z') },
    {
      signing_key_id: 'sk_1',
      agent_id: null,
      reason_code: null,
      chain_hash: 'not a member',
      gate_id: 'gate_shop',
    },
  ]) {
    const { signing_key_id: _, ...unsigned } = SIGNED
    assert.equal(findColumnMismatch(shown, 'signing_key_id' in shown ? SIGNED : unsigned), undefined)
  }
})

test('a column that says anything else is named', () => {
  for (const [name, value] of [
    ['id', 'enf_2'],
    ['attestation_id', null],
    ['gate_id', null],
    ['gate_id', 'iss_12345678'],
    ['decision', 'PERMIT'],
    ['decision', null],
    ['decision', ''],
    ['target', 'https://shop.example'],
    ['target', ''],
    ['cost_cents', '900'],
    ['cost_cents', 901],
    ['agent_id', 'agent'],
    ['created_at', '2026-05-14T12:00:01Z'],
    ['created_at', 0],
    ['created_at', Number.NaN],
    ['created_at', null],
    ['signing_key_id', 'sk_2'],
  ] as const) {
    assert.equal(findColumnMismatch({ signing_key_id: 'sk_1', [name]: value }, SIGNED), name)
  }
})

test('where no gate was signed, its issuer or the chain is shown, and never a gate', () => {
  const signed = { ...SIGNED, gate_id: null, chain_id: 'ws_12345678' }
  for (const gate_id of [null, 'ws_12345678', 'iss_12345678']) {
    assert.equal(findColumnMismatch({ signing_key_id: 'sk_1', gate_id }, signed), undefined)
  }
  for (const gate_id of ['gate_shop', 'ws_other123', '', 7]) {
    assert.equal(findColumnMismatch({ signing_key_id: 'sk_1', gate_id }, signed), 'gate_id')
  }
})

test('a decision that was not signed is shown as none', () => {
  const { decision: _, ...signed } = SIGNED
  assert.equal(findColumnMismatch({ signing_key_id: 'sk_1', decision: null }, signed), undefined)
  assert.equal(findColumnMismatch({ signing_key_id: 'sk_1', decision: 'BLOCK' }, signed), 'decision')
})
