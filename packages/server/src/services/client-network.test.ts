import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientNetwork } from './client-network.ts'

const cases: readonly (readonly [address: string, counted: string, shown: string | null])[] = [
  ['203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
  ['::ffff:203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
  ['::ffff:cb00:7107', '203.0.113.7', '203.0.113.0/24'],
  ['0:0:0:0:0:FFFF:203.0.113.7', '203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:db8::1', '2001:db8:0:0::/64', '2001:db8:0::/48'],
  ['::1', '0:0:0:0::/64', '0:0:0::/48'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64', 'fe80:0:0::/48'],
  ['unknown', 'unknown', null],
  ['', '', null],
  ['203.0.113.7, 10.0.0.1', '203.0.113.7, 10.0.0.1', null],
]
for (const [address, counted, shown] of cases) {
  test(`the address \`${address}\` is counted as \`${counted}\` and shown as ${shown}`, () => {
    assert.deepEqual(clientNetwork(address), { counted, shown })
  })
}

test('addresses of one IPv6 network are one caller, those of two are two', () => {
  const counted = (address: string) => clientNetwork(address).counted
  assert.equal(counted('2001:db8:1:2::1'), counted('2001:db8:1:2:ffff:ffff:ffff:ffff'))
  assert.notEqual(counted('2001:db8:1:2::1'), counted('2001:db8:1:3::1'))
})
