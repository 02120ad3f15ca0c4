import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { createSchemas } from './openapi/json-schemas.ts'
import { openApiDocument } from './openapi.ts'
import { operationList } from './operations/index.ts'
import { operation } from './operations/operation.ts'

type Json = Record<string, unknown>

function asJson(value: unknown): Json {
  assert.ok(typeof value === 'object' && value !== null)
  return { ...value }
}

const document = openApiDocument(operationList, { version: '1.2.3' })

function described(id: string): Json {
  const found = Object.values(asJson(document.paths))
    .flatMap((path) => Object.values(asJson(path)))
    .find((operation) => asJson(operation).operationId === id)
  return asJson(found)
}

function headersOf(id: string, status: string): string[] {
  return Object.keys(asJson(asJson(asJson(described(id).responses)[status]).headers))
}

/** Every `$ref` inside a value. */
function* references(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, member] of Object.entries(value)) {
    if (key === '$ref' && typeof member === 'string') yield member
    else yield* references(member)
  }
}

describe('openApiDocument', () => {
  test('holds every operation once, under its id', () => {
    const ids = Object.values(asJson(document.paths)).flatMap((path) =>
      Object.values(asJson(path)).map((operation) => asJson(operation).operationId),
    )
    assert.deepEqual(ids.toSorted(), operationList.map(({ id }) => id).toSorted())
  })

  test('refers to nothing that it does not hold', () => {
    for (const reference of references(document)) {
      const [root, ...path] = reference.split('/')
      assert.equal(root, '#')
      let at: unknown = document
      for (const part of path) at = asJson(at)[part]
      assert.notEqual(at, undefined, reference)
    }
  })

  test('is the same whenever it is printed', () => {
    assert.deepEqual(openApiDocument(operationList, { version: '1.2.3' }), document)
  })

  test('is plain JSON', () => assert.deepEqual(JSON.parse(JSON.stringify(document)), document))

  test('closes requests and leaves answers open', () => {
    const schemas = asJson(asJson(document.components).schemas)
    assert.equal(asJson(schemas.EnforceRequest).additionalProperties, false)
    assert.equal('additionalProperties' in asJson(schemas.EnforceResult), false)
  })

  test('says which key an operation needs', () => {
    assert.deepEqual(described('enforce_action').security, [{ apiKey: [] }])
    assert.deepEqual(described('discover_services').security, [])
    assert.deepEqual(described('check_gate').security, [{}, { apiKey: [] }])
    assert.match(String(described('issue_passport').description), /`passports:write` or `passports:issue`/)
  })

  test('describes numbers of queries as numbers, and the default page', () => {
    const parameters = described('list_gates').parameters
    assert.ok(Array.isArray(parameters))
    assert.deepEqual(asJson(parameters.find((parameter) => asJson(parameter).name === 'limit')).schema, {
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 1000,
    })
  })

  test('names the headers that clients act on', () => {
    assert.ok(headersOf('list_gates', '200').includes('Link'))
    assert.ok(!headersOf('get_gate', '200').includes('Link'))
    assert.ok(headersOf('issue_passport', '201').includes('Idempotent-Replayed'))
    assert.ok(headersOf('get_gate', '200').includes('RateLimit-Remaining'))
  })

  test('offers an idempotency key exactly where a repeat is stored', () => {
    for (const { id, retry } of operationList) {
      const offered = [...references(described(id).parameters)].some((name) =>
        name.endsWith('/IdempotencyKey'),
      )
      assert.equal(offered, retry === 'with_key', id)
    }
  })

  test('every operation answers problems for what can go wrong with it', () => {
    for (const { id, body, params, access } of operationList) {
      const statuses = Object.keys(asJson(described(id).responses))
      for (const status of ['422', '429', '500', '503']) assert.ok(statuses.includes(status), id)
      if (body !== undefined)
        for (const status of ['400', '413', '415']) assert.ok(statuses.includes(status), id)
      if (params !== undefined) assert.ok(statuses.includes('404'), id)
      if (typeof access !== 'string')
        for (const status of ['401', '403']) assert.ok(statuses.includes(status), id)
    }
  })

  test('a stream is described by its media types, and a second success beside the first', () => {
    const stream = asJson(asJson(asJson(described('export_attestations').responses)['200']).content)
    assert.deepEqual(Object.keys(stream), ['application/jsonl', 'text/csv'])
    const statuses = Object.keys(asJson(described('generate_settlement').responses))
    assert.deepEqual(statuses.slice(0, 2), ['200', '201'])
  })

  test('is served beside the server unless it is told where', () => {
    assert.deepEqual(document.servers, [{ url: '/' }])
    const elsewhere = openApiDocument([], { version: '1', serverUrl: 'https://modei.acme.example' })
    assert.deepEqual(elsewhere.servers, [{ url: 'https://modei.acme.example' }])
    assert.deepEqual(elsewhere.tags, [])
  })
})

test('one id for two shapes is refused', () => {
  const schemas = createSchemas()
  // Two registrations of one id, as a copy and paste would make them.
  schemas.convert(z.object({ a: z.string() }).meta({ id: 'TwiceUsed' }), 'output')
  assert.throws(
    () => schemas.convert(z.object({ a: z.int() }).meta({ id: 'TwiceUsed' }), 'output'),
    /`TwiceUsed` has two shapes/,
  )
})

test('an operation without anything optional is described too', () => {
  const bare = operation('list_agents', {
    resource: 'agents',
    summary: 'Bare.',
    access: 'public',
    effect: 'read',
    retry: 'never',
    response: z.null(),
  })
  const { paths } = openApiDocument([bare], { version: '1' })
  assert.deepEqual(Object.keys(asJson(paths)), ['/api/agents'])
})
