import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { TestContext } from 'node:test'

interface Value {
  stringValue?: string
  intValue?: number
}

/** As much of a span as tests look at. */
export interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  status: { code: number }
  attributes: { key: string; value: Value }[]
}

export interface Collector {
  url: string
  /** All that it was sent. */
  text: string
  headers: IncomingHttpHeaders[]
  spans(): Span[]
}

/** Takes OTLP in JSON over HTTP; a mute one takes it and never answers. */
export async function startCollector(
  t: Pick<TestContext, 'after'>,
  { mute = false } = {},
): Promise<Collector> {
  const bodies: string[] = []
  const headers: IncomingHttpHeaders[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    assert.equal(request.url, '/v1/traces')
    bodies.push(body)
    headers.push(request.headers)
    if (!mute) response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return {
    url: `http://127.0.0.1:${address.port}`,
    headers,
    get text() {
      return bodies.join('\n')
    },
    spans() {
      return bodies.flatMap((body) =>
        JSON.parse(body).resourceSpans.flatMap((resource: { scopeSpans: { spans: Span[] }[] }) =>
          resource.scopeSpans.flatMap(({ spans }) => spans),
        ),
      )
    },
  }
}

export function attributesOf(span: Span | undefined): Record<string, string | number | undefined> {
  const entries = span?.attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue])
  return Object.fromEntries(entries ?? [])
}
