import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModeiProblem } from '@modei/protocol'
import { envelopePermissions } from './envelope-permissions.ts'

const names = (count: number) => Array.from({ length: count }, (_, index) => `action-${index}`)
const hosts = (length: number) => ['x'.repeat(length)]

test('a flat limit stands in every permission, one of its own over it', () => {
  const signed = envelopePermissions(['buy', 'sell'], {
    flat: new Map([['core:cost:max_per_action', 5]]),
    byPermission: new Map([['sell', new Map([['core:cost:max_per_action', 3]])]]),
  })
  assert.deepEqual(signed, [
    { permission_key: 'buy', constraints: { 'core:cost:max_per_action': 5 } },
    { permission_key: 'sell', constraints: { 'core:cost:max_per_action': 3 } },
  ])
})

for (const [name, permissions, length] of [
  ['a large limit for a thousand permissions', 1000, 900_000],
  ['a large limit for one permission', 1, 65_537],
  ['a small limit that a thousand copies make large', 1000, 100],
] as const) {
  test(`${name} is refused as invalid`, () => {
    const map = { flat: new Map([['k', hosts(length)]]), byPermission: new Map() }
    assert.throws(
      () => envelopePermissions(names(permissions), map),
      (error) => error instanceof ModeiProblem && error.code === 'request_invalid',
    )
  })
}
