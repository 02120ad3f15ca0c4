import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'

export interface Seen {
  method: string
  path: string
  query: Record<string, string>
  headers: IncomingMessage['headers']
  /** The text of the body, empty for none. */
  text: string
}

export interface Reply {
  status?: number
  headers?: Record<string, string>
  /** A string goes out as it is, anything else as JSON. */
  body?: unknown
  /** In place of a body: what goes out piece by piece, with a pause before each. */
  parts?: string[]
  pauseMs?: number
}

/** What the server does with a request: answer it, break the connection, or never answer. */
export type Reaction = Reply | 'break' | 'hang'

export interface TinyServer extends AsyncDisposable {
  url: string
  seen: Seen[]
}

/** A real HTTP server on a free port that notes what reaches it and reacts as it is told; `nth` counts from 0. */
export async function tinyServer(react: (seen: Seen, nth: number) => Reaction): Promise<TinyServer> {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const one = await read(request)
    const nth = seen.push(one) - 1
    await perform(react(one, nth), response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    [Symbol.asyncDispose]() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Reactions in turn; the last one stays. */
export function inTurn(...reactions: Reaction[]): (seen: Seen, nth: number) => Reaction {
  return (_, nth) => reactions[Math.min(nth, reactions.length - 1)] ?? 'break'
}

export function problem(status: number, code: string, more: Record<string, unknown> = {}): Reply {
  const body = {
    type: 'about:blank',
    title: code,
    status,
    detail: `it is ${code}`,
    message: `it is ${code}`,
    code,
    ...more,
  }
  return { status, headers: { 'content-type': 'application/problem+json' }, body }
}

async function read(request: IncomingMessage): Promise<Seen> {
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += part
  const url = new URL(`http://server${request.url}`)
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  return {
    method: request.method ?? '',
    path,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    text,
  }
}

async function perform(reaction: Reaction, response: ServerResponse): Promise<void> {
  if (reaction === 'hang') return
  if (reaction === 'break') {
    response.destroy()
    return
  }
  const { status = 200, headers = {}, body = {}, parts = [], pauseMs = 0 } = reaction
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  for (const part of parts) {
    await setTimeout(pauseMs)
    response.write(part)
  }
  if (parts.length > 0) response.end()
  else response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
