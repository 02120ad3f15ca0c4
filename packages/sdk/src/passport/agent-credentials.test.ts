import assert from 'node:assert/strict'
import { test } from 'node:test'
import { format, inspect } from 'node:util'
import { encodeBase64, encodeHex } from '@modei/protocol/crypto/base64'
import { verifyEd25519 } from '@modei/protocol/crypto/ed25519'
import { AgentCredentials } from './agent-credentials.ts'

test('a new key pair signs what its public key verifies', () => {
  const credentials = AgentCredentials.generate()
  const message = new Uint8Array([1, 2, 3])
  assert.ok(verifyEd25519(credentials.publicKey, message, credentials.sign(message)))
  assert.match(credentials.agentId, /^agent_self_[A-Za-z0-9_-]{32}$/)
  assert.match(credentials.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
})

test('no way of printing shows the private key', () => {
  const credentials = AgentCredentials.generate()
  const secrets = [
    encodeBase64(credentials.privateKey),
    encodeHex(credentials.privateKey),
    [...credentials.privateKey].join(','),
    [...credentials.privateKey].slice(0, 8).join(', '),
  ]
  const printed = [
    String(credentials),
    `${credentials}`,
    JSON.stringify({ credentials }),
    inspect(credentials),
    inspect(credentials, { showHidden: true, depth: 9, getters: true }),
    inspect({ credentials }),
    inspect(credentials, { customInspect: false, showHidden: true }),
    format('%O %o %j %s', credentials, credentials, credentials, credentials),
    JSON.stringify({ ...credentials }),
    inspect(structuredClone({ ...credentials })),
    inspect(Object.getOwnPropertyDescriptors(credentials), { depth: 9 }),
  ]
  for (const text of printed) {
    for (const secret of secrets) assert.ok(!text.includes(secret), text)
  }
  assert.ok(inspect(credentials).includes(credentials.agentId))
})

test('the seed that is handed out is a copy', () => {
  const credentials = AgentCredentials.generate()
  credentials.privateKey.fill(0)
  const message = new Uint8Array([1])
  assert.ok(verifyEd25519(credentials.publicKey, message, credentials.sign(message)))
})

test('a seed of another length is refused', () => {
  for (const length of [0, 31, 33, 64]) {
    assert.throws(() => new AgentCredentials({ privateKeySeed: new Uint8Array(length) }), TypeError)
  }
})
