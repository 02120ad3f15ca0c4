import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openApiDocument, operationList } from '@modei/protocol'
import manifest from '../package.json' with { type: 'json' }
import { docsPage } from '../src/docs/docs-page.ts'
import { VERSION } from '../src/version.ts'
import { startServer } from './harness.ts'

test('the version is that of the manifest', () => assert.equal(VERSION, manifest.version))

test('a server answers every operation of the table, and its OpenAPI document is that of the table', async (t) => {
  const server = await startServer(t)
  const mounted = new Set<string>(server.app.api.mounted.map(({ id }) => id))
  assert.deepEqual(
    operationList.map(({ id }) => id).filter((id) => !mounted.has(id)),
    [],
  )
  const answer = await server.request('GET', '/openapi.json', undefined, { key: null })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8')
  assert.deepEqual(answer.body, openApiDocument(operationList, { version: VERSION }))
})

test('a public address is named where it is set', async (t) => {
  const server = await startServer(t, { MODEI_PUBLIC_URL: 'https://trust.example' })
  const document = (await server.request('GET', '/openapi.json', undefined, { key: null })).body
  assert.deepEqual(document.servers, [{ url: 'https://trust.example' }])
  const llms = await server.request('GET', '/llms.txt', undefined, { key: null })
  assert.ok(llms.text.includes('[OpenAPI 3.1](https://trust.example/openapi.json)'))
  const page = await server.request('GET', '/docs', undefined, { key: null })
  assert.ok(page.text.includes('curl -X POST https://trust.example/api/enforce'))
})

test('llms.txt names every operation with its method, path and scope', async (t) => {
  const server = await startServer(t)
  const { text, headers } = await server.request('GET', '/llms.txt', undefined, { key: null })
  assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.match(text, /^# Modei\n\n> /)
  for (const { method, path, summary } of operationList) {
    assert.ok(text.includes(`- \`${method} ${path}\` (`), path)
    assert.ok(text.includes(summary), path)
  }
})

test('the documentation is one page that runs nothing, loads nothing and shows every operation and schema', async (t) => {
  const server = await startServer(t)
  const { text, status, headers } = await server.request('GET', '/docs', undefined, { key: null })
  assert.equal(status, 200)
  assert.equal(headers.get('content-type'), 'text/html; charset=utf-8')
  const policy = headers.get('content-security-policy') ?? ''
  assert.ok(policy.startsWith("default-src 'none'; style-src 'sha256-"))
  assert.equal(/<script|<link|<img|<iframe|@import|url\(|\son\w+=|style="/i.test(text), false)
  for (const { id } of operationList) assert.ok(text.includes(`<h3 id="${id}">`), id)
  const anchors = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
  const links = [...text.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id)
  assert.deepEqual(
    links.filter((id) => !anchors.has(id)),
    [],
  )
  assert.equal(anchors.size, [...text.matchAll(/ id="/g)].length, 'an id stands twice')
  // Whatever is not a place in the page is on this server.
  const others = [...text.matchAll(/ (?:href|src)="([^"#][^"]*)"/g)].map(([, url]) => url)
  assert.deepEqual([...new Set(others)].sort(), ['/llms.txt', '/openapi.json'])
})

test('nothing of a document is taken for markup', () => {
  const evil = '<script>alert(1)</script>"\'&'
  const page = docsPage(
    {
      info: { title: evil, version: evil, summary: evil, description: evil },
      tags: [{ name: 'x', description: evil }],
      paths: {
        [`/api/${evil}`]: {
          get: {
            operationId: 'x',
            tags: ['x'],
            summary: evil,
            parameters: [{ name: evil, description: evil, schema: { enum: [evil], default: evil } }],
            requestBody: {
              content: {
                'application/json': {
                  schema: { properties: { [evil]: { type: evil } }, examples: [{ [evil]: evil }] },
                },
              },
            },
            responses: {},
          },
        },
      },
    },
    evil,
  )
  assert.equal(page.includes('<script'), false)
  assert.equal(page.includes('alert(1)</script>'), false)
})
