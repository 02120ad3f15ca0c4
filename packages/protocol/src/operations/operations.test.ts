import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { RESOURCE_GROUPS } from '../openapi/resource-groups.ts'
import { isScope } from '../scopes.ts'
import { operationList, operations } from './index.ts'
import { routes } from './routes.ts'

test('every route is described exactly once, under its own id', () => {
  assert.deepEqual(Object.keys(operations), Object.keys(routes))
  for (const [id, operation] of Object.entries(operations)) assert.equal(operation.id, id)
})

test('no two operations share a method and a path', () => {
  const seen = operationList.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`)
  assert.equal(new Set(seen).size, seen.length)
})

for (const operation of operationList) {
  const { id, method, path } = operation
  describe(id, () => {
    test('has a schema for exactly the params of its path', () => {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      assert.deepEqual(Object.keys(operation.params?.shape ?? {}), named)
    })

    test('only what is neither GET nor DELETE has a body, and only a GET has a query', () => {
      const bodiless = method === 'GET' || method === 'DELETE'
      if (bodiless) assert.equal(operation.body, undefined)
      else if (operation.effect !== 'read') assert.notEqual(operation.body, undefined)
      if (operation.query !== undefined) assert.equal(method, 'GET')
    })

    test('a GET is a safe read and a DELETE destroys', () => {
      if (method === 'GET') assert.deepEqual([operation.effect, operation.retry], ['read', 'safe'])
      if (method === 'DELETE') assert.deepEqual([operation.effect, operation.retry], ['destroy', 'safe'])
      if (operation.effect === 'read') assert.notEqual(operation.retry, 'never')
    })

    test('is a sentence in a group that exists', () => {
      assert.match(operation.summary, /^[A-Z].*\.$/)
      assert.ok(RESOURCE_GROUPS.some(({ name }) => name === operation.resource))
    })

    test('a paged list takes limit and cursor and answers an array', () => {
      if (operation.paged !== true) {
        assert.equal(operation.query?.shape.cursor, undefined)
        return
      }
      assert.ok(operation.query?.shape.limit && operation.query.shape.cursor)
      assert.ok(operation.response instanceof z.ZodArray)
      assert.equal(operation.response.safeParse([]).success, true)
    })

    test('names only scopes that exist', () => {
      const { access, aliases = [] } = operation
      if (typeof access === 'string') assert.deepEqual(aliases, [])
      else for (const scope of [access.scope, ...aliases]) assert.ok(isScope(scope), scope)
    })

    test('writes only by keys that may write', () => {
      const { access, effect } = operation
      if (effect === 'read' || typeof access === 'string') return
      assert.match(access.scope, /:write$/)
    })

    test('secrets are members of the answer that a replay may leave null', () => {
      for (const name of operation.secrets ?? []) {
        assert.ok(operation.response instanceof z.ZodObject)
        const field = operation.response.shape[name]
        assert.ok(field instanceof z.ZodType && field.safeParse(null).success, name)
      }
    })

    test('a body that may be left out is an object that may be empty', () => {
      if (operation.bodyOptional === true) assert.equal(operation.body?.safeParse({}).success, true)
    })

    test('answers no success by an error status', () => {
      for (const status of operation.errors ?? []) assert.ok(status >= 400 && status < 500)
    })
  })
}

test('the lists that the Python client cannot page answer 1000 items by default', () => {
  const long = operationList.filter(({ defaultLimit }) => defaultLimit === 1000).map(({ id }) => id)
  assert.deepEqual(long.toSorted(), [
    'list_api_keys',
    'list_catalog_versions',
    'list_constraint_templates',
    'list_constraint_types',
    'list_gates',
    'list_issuers',
    'list_passports',
    'list_platform_passports',
  ])
})

test('only these operations need no key', () => {
  const open = operationList.filter(({ access }) => typeof access === 'string')
  assert.deepEqual(open.map(({ id, access }) => `${id} ${access}`).toSorted(), [
    'check_gate optional_key',
    'discover_services public',
    'get_catalog_version public',
    'get_consistency_proof public',
    'get_gate_checkpoint public',
    'get_gate_log_checkpoint public',
    'get_gate_public public',
    'get_gate_revocations public',
    'get_inclusion_proof public',
    'get_workspace_checkpoint public',
    'get_workspace_consistency_proof public',
    'get_workspace_inclusion_proof public',
    'get_workspace_log_checkpoint public',
    'get_workspace_public public',
    'list_catalog_versions public',
    'register_passport public',
    'revoke_self_issued_passport public',
  ])
})

test('only these operations take large bodies', () => {
  assert.deepEqual(
    operationList
      .filter(({ largeBody }) => largeBody)
      .map(({ id }) => id)
      .toSorted(),
    ['check_gate', 'enforce_action', 'register_passport', 'revoke_self_issued_passport', 'verify_passport'],
  )
})

test('what is shown once is never stored for a replay', () => {
  const kept = operationList.filter(({ secrets }) => secrets !== undefined)
  assert.deepEqual(
    kept.map(({ id, secrets }) => [id, secrets]),
    [
      ['issue_passport', ['agent_private_key']],
      ['create_passport', ['agent_private_key']],
      ['create_api_key', ['key']],
    ],
  )
})
