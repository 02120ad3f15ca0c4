import type { IncomingMessage, ServerResponse } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { type Fetch, ModeiClient } from 'modei'
import { createMcpServer } from './mcp-server.ts'
import { isProfile, type Profile } from './profiles.ts'

const BEARER = /^Bearer ([\x21-\x7e]{8,300})$/i

export interface McpHttpOptions {
  /** Makes the calls; the server passes one that stays in its own process. */
  fetch: Fetch
  baseUrl: string
}

/**
 * Serves MCP over streamable HTTP. Each request brings its own API key, and every tool call is made with it:
 * this handler has no rights of its own. `?profile=` picks a smaller set of tools.
 */
export function createMcpHttpHandler({ fetch, baseUrl }: McpHttpOptions) {
  const handler = createMcpHandler(({ requestInfo }) => {
    const apiKey = BEARER.exec(requestInfo?.headers.get('authorization') ?? '')?.[1] ?? null
    const client = new ModeiClient({ apiKey, baseUrl, fetch, retries: 0 })
    return createMcpServer(client, profileOf(requestInfo?.url))
  })
  const node = toNodeHandler(handler)
  return {
    // The library's own type of a request forbids `undefined` where Node's allows it.
    node: (request: IncomingMessage, response: ServerResponse, body: unknown) =>
      node(request as Parameters<typeof node>[0], response, body),
    close: () => handler.close(),
  }
}

function profileOf(url: string | undefined): Profile {
  const wanted = url === undefined ? null : new URL(url).searchParams.get('profile')
  return wanted !== null && isProfile(wanted) ? wanted : 'full'
}
