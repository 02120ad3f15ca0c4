import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainOf, delegate, gateIssued, selfIssued } from '../../test/passport-fixtures.ts'
import { deriveSelfAgentId, selfIssuerId } from './agent-id.ts'
import type { Envelope } from './envelope.ts'
import { findForeignId } from './identity.ts'

test("the ids of passports that are issued here are their keys' own", () => {
  for (const { envelope } of [
    selfIssued(),
    chainOf(3),
    gateIssued(),
    chainOf(2, gateIssued('root', { delegationAuthority: true })),
  ]) {
    assert.equal(findForeignId(envelope), undefined)
  }
})

test('an id that belongs to another key is named', () => {
  const { envelope } = selfIssued()
  const other = selfIssued('agent1').envelope
  const cases: [string, Envelope][] = [
    ['/passport_id', { ...envelope, passport_id: 'pp_1' }],
    ['/passport_id', { ...envelope, passport_id: `pp_delegate_${'0'.repeat(32)}` }],
    ['/passport_id', { ...envelope, passport_id: 'pp_self_' }],
    ['/passport_id', { ...envelope, passport_id: 'pp_self_../x' }],
    [
      '/identity/agent_id',
      { ...envelope, identity: { ...envelope.identity, agent_id: other.identity.agent_id } },
    ],
    [
      '/provenance/issuer/id',
      { ...envelope, provenance: { ...envelope.provenance, issuer: other.provenance.issuer } },
    ],
  ]
  for (const [pointer, changed] of cases) assert.equal(findForeignId(changed), pointer)
})

test('an id that belongs to another key is found in the chain above', () => {
  const root = selfIssued('root', { delegationAuthority: true })
  const { envelope } = delegate(root, 'root', 'agent1')
  const passport_json = {
    ...root.envelope,
    identity: { ...root.envelope.identity, agent_id: 'agent_self_x' },
  }
  const provenance = {
    ...envelope.provenance,
    delegation_chain: [{ passport_json, signature: root.signature }],
  }
  assert.equal(
    findForeignId({ ...envelope, provenance }),
    '/provenance/delegation_chain/0/passport_json/identity/agent_id',
  )
})

test('an id is derived from standard base64 and from nothing else', () => {
  const key = selfIssued().envelope.identity.public_key
  for (const text of [
    '!!!!',
    key.slice(0, -1),
    `${key}\n`,
    key.replace(/.=$/, '9='),
    key.replaceAll('=', ''),
  ]) {
    assert.throws(() => deriveSelfAgentId(text), TypeError)
    assert.throws(() => selfIssuerId(text), TypeError)
  }
})
