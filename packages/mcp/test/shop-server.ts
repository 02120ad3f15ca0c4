/** A small MCP server made with the official library, for tests to put a gate in front of. Runs alone over standard input and output. */
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'

/** @param done told of every call that reached the server */
export function createShopServer(done: (tool: string) => void): McpServer {
  const server = new McpServer({ name: 'shop', version: '1.0.0' })
  server.registerTool(
    'buy',
    {
      description: 'Buy something',
      inputSchema: z.object({ item: z.string(), cents: z.number(), url: z.string().optional() }),
    },
    async ({ item }) => {
      done('buy')
      return { content: [{ type: 'text', text: `bought ${item}` }] }
    },
  )
  server.registerTool('look', { description: 'Look around', inputSchema: z.object({}) }, async () => {
    done('look')
    return { content: [{ type: 'text', text: 'shelves' }] }
  })
  server.registerTool(
    'environment',
    { description: 'Names of its settings', inputSchema: z.object({}) },
    async () => ({ content: [{ type: 'text', text: Object.keys(process.env).sort().join(' ') }] }),
  )
  server.registerResource('prices', 'shop://prices', { title: 'Prices' }, async (uri) => {
    done('prices')
    return { contents: [{ uri: uri.href, text: 'tea 300' }] }
  })
  return server
}

if (import.meta.main) {
  const { SHOP_CLOSES_AFTER_MS } = process.env
  if (SHOP_CLOSES_AFTER_MS !== undefined) setTimeout(() => process.exit(), Number(SHOP_CLOSES_AFTER_MS))
  serveStdio(() => createShopServer((tool) => process.stderr.write(`${tool}\n`)))
}
