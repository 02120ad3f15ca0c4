import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { operationList, operations } from './operations/index.ts'
import type { Operation } from './operations/operation.ts'
import type { RouteId } from './operations/routes.ts'
import { coversScopes, isScope, missingScopes, SCOPES, scopeGrants } from './scopes.ts'

const keyed: readonly Operation[] = operationList.filter(({ access }) => typeof access !== 'string')

function granted(...scopes: string[]): RouteId[] {
  return keyed.filter((operation) => scopeGrants(scopes, operation)).map(({ id }) => id)
}

describe('isScope', () => {
  test('accepts exactly the listed words', () => {
    for (const scope of SCOPES) assert.ok(isScope(scope), scope)
    assert.equal(new Set(SCOPES).size, SCOPES.length)
  })

  const none = [
    '*',
    '',
    'admin',
    'admin:read',
    'admin:write',
    'gates',
    'gates:',
    'gates:admin',
    'Gates:read',
    'gates:read ',
    'gates:read,gates:write',
    '*:read',
    'constructor',
    '__proto__',
    'passports:manage',
    undefined,
    null,
    ['admin:*'],
  ]
  for (const value of none) {
    test(`refuses ${JSON.stringify(value)}`, () => assert.equal(isScope(value), false))
  }
})

describe('scopeGrants', () => {
  test('admin:* grants every operation', () => assert.equal(granted('admin:*').length, keyed.length))

  test('no scope grants no operation but the public ones', () => {
    assert.deepEqual(granted(), [])
    for (const { id } of operationList) {
      if (!keyed.some((operation) => operation.id === id)) assert.ok(scopeGrants([], operations[id]))
    }
  })

  const unknown = [
    '*',
    'admin',
    'admin:read',
    'gates',
    'gates:',
    '',
    'constructor',
    'gates:read:*',
    ':*',
    'a:*',
  ]
  for (const scope of unknown) {
    test(`the unknown word ${JSON.stringify(scope)} grants nothing`, () =>
      assert.deepEqual(granted(scope), []))
  }

  const narrow: [scope: string, ids: RouteId[]][] = [
    ['passports:issue', ['issue_passport', 'create_passport']],
    ['passports:revoke', ['revoke_passport', 'revoke_platform_passport']],
    ['gates:create', ['create_gate']],
    ['gates:update', ['update_gate', 'replace_gate']],
    ['gates:delete', ['delete_gate']],
    ['gates:manage', ['create_gate', 'update_gate', 'replace_gate', 'delete_gate']],
    ['enforce:write', ['authorize_dry_run', 'enforce_action']],
    ['consume:write', ['issue_consumption_attestation']],
    ['billing:write', ['generate_settlement', 'update_settlement_status']],
  ]
  for (const [scope, ids] of narrow) {
    test(`${scope} grants only ${ids.join(', ')}`, () => assert.deepEqual(granted(scope), ids))
  }

  test('reading grants no write and writing grants no other resource', () => {
    for (const operation of keyed) {
      if (operation.effect === 'read' || typeof operation.access === 'string') continue
      const [resource] = operation.access.scope.split(':')
      for (const scope of SCOPES) {
        const belongs = scope === 'admin:*' || scope.startsWith(`${resource}:`)
        const narrowed = (operation.aliases ?? []).includes(scope)
        if (!belongs && !narrowed)
          assert.equal(scopeGrants([scope], operation), false, `${scope} ${operation.id}`)
        if (scope.endsWith(':read'))
          assert.equal(scopeGrants([scope], operation), false, `${scope} ${operation.id}`)
      }
    }
  })

  test("an agent's key can free itself by none of the scopes that it acts with", () => {
    const agent = granted('enforcement:*', 'enforce:write', 'attestations:*', 'commerce:*', 'passports:read')
    for (const id of [
      'approve_action',
      'deny_action',
      'send_supervision_heartbeat',
      'set_constraints',
      'apply_constraint_template',
      'create_constraint_template',
      'reset_cumulative_state',
      'reissue_passport',
      'create_api_key',
    ] as const) {
      assert.ok(!agent.includes(id), id)
    }
  })

  test('a wildcard grants what read and write of its resource grant together', () => {
    for (const scope of SCOPES) {
      if (!scope.endsWith(':*') || scope === 'admin:*') continue
      const resource = scope.slice(0, -2)
      assert.deepEqual(granted(scope), granted(`${resource}:read`, `${resource}:write`))
    }
  })
})

describe('coversScopes', () => {
  const scopes = fc.subarray([...SCOPES, '*', 'nonsense'])

  test('what it lets a creator hand out grants nothing that the creator lacks', () => {
    fc.assert(
      fc.property(scopes, scopes, (creator, wanted) => {
        fc.pre(coversScopes(creator, wanted))
        const held = granted(...creator)
        return granted(...wanted).every((id) => held.includes(id))
      }),
    )
  })

  test('is reflexive for scopes and transitive', () => {
    fc.assert(fc.property(fc.subarray([...SCOPES]), (held) => coversScopes(held, held)))
    fc.assert(
      fc.property(scopes, scopes, scopes, (a, b, c) => {
        fc.pre(coversScopes(a, b) && coversScopes(b, c))
        return coversScopes(a, c)
      }),
    )
  })

  const yes: [creator: string[], wanted: string[]][] = [
    [['admin:*'], ['admin:*', 'gates:write', 'enforce:write', 'passports:*']],
    [['gates:*'], ['gates:read', 'gates:write', 'gates:manage', 'gates:create']],
    [['gates:write'], ['gates:manage', 'gates:delete']],
    [['gates:manage'], ['gates:create', 'gates:update', 'gates:delete']],
    [['gates:create', 'gates:update', 'gates:delete'], ['gates:manage']],
    [['gates:read', 'gates:write'], ['gates:*']],
    [['commerce:write'], ['consume:write', 'billing:write']],
    [['api_keys:write'], []],
  ]
  for (const [creator, wanted] of yes) {
    test(`[${creator}] may hand out [${wanted}]`, () => assert.deepEqual(missingScopes(creator, wanted), []))
  }

  const no: [creator: string[], wanted: string, why?: string][] = [
    [['api_keys:write'], 'admin:*'],
    [['api_keys:write'], 'gates:read'],
    [['api_keys:*'], 'api_keys:*:*'],
    [SCOPES.filter((scope) => scope !== 'admin:*'), 'admin:*', 'what is added later would come with it'],
    [['gates:read'], 'gates:write'],
    [['gates:read'], 'gates:*'],
    [['gates:write'], 'gates:read'],
    [['gates:write'], 'gates:*'],
    [['gates:create', 'gates:update'], 'gates:manage'],
    [['gates:manage'], 'gates:write', 'keys could be rotated with it'],
    [['passports:issue'], 'passports:write'],
    [['passports:issue'], 'passports:revoke'],
    [['enforce:write'], 'enforcement:write'],
    [['enforce:write'], 'enforcement:read'],
    [['consume:write'], 'billing:write'],
    [['consume:write', 'billing:write'], 'commerce:write'],
    [['admin:*'], 'nonsense'],
    [['admin:*'], '*'],
    [['nonsense'], 'nonsense'],
    [['*'], 'gates:read'],
    [[], 'gates:read'],
  ]
  for (const [creator, wanted, why] of no) {
    const who = creator.length > 5 ? 'all but admin:*' : creator.join()
    test(`[${who}] may not hand out ${wanted}${why === undefined ? '' : `: ${why}`}`, () => {
      assert.equal(coversScopes(creator, [wanted]), false)
      assert.deepEqual(missingScopes(creator, [wanted]), [wanted])
    })
  }
})
