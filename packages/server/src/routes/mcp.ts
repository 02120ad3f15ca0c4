import { AsyncLocalStorage } from 'node:async_hooks'
import { ModeiProblem } from '@modei/protocol'
import type { FastifyInstance, InjectOptions } from 'fastify'
import type { Fetch } from 'modei'
import { createMcpHttpHandler } from 'modei-mcp'
import { authenticate } from '../http/authenticate.ts'
import { type Api, BODY_LIMIT } from '../http/mount.ts'
import type { Services } from '../services/services.ts'

/** MCP over streamable HTTP at `/mcp`. The caller's API key is the bearer, and each tool call is made with it. */
export function mcpRoutes({ app }: Api, { store }: Services): void {
  const addresses = new AsyncLocalStorage<string>()
  const handler = createMcpHttpHandler({ fetch: inProcess(app, addresses), baseUrl: 'http://modei.internal' })
  app.addHook('onClose', () => handler.close())
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/mcp',
    bodyLimit: BODY_LIMIT,
    config: { operation: 'mcp' },
    handler: async (request, reply) => {
      const auth = await authenticate(store, request.headers.authorization)
      if (auth === undefined) throw new ModeiProblem('unauthenticated', 'the API key is missing or not valid')
      reply.hijack()
      await addresses.run(request.ip, () => handler.node(request.raw, reply.raw, request.body))
    },
  })
}

type Method = NonNullable<InjectOptions['method']>

/**
 * Calls the API without a network: through the same routes, scopes and schemas as anybody else, and from the address
 * of whoever called MCP, so that limits by address count them and not this server.
 */
function inProcess(app: FastifyInstance, addresses: AsyncLocalStorage<string>): Fetch {
  return async (url, init) => {
    const { pathname, search } = new URL(url)
    const remoteAddress = addresses.getStore()
    const answer = await app.inject({
      method: (init.method ?? 'GET') as Method,
      url: pathname + search,
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
      ...(typeof init.body === 'string' ? { payload: init.body } : {}),
    })
    const headers = new Headers()
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value !== undefined) headers.set(name, String(value))
    }
    return new Response(answer.rawPayload.length === 0 ? null : new Uint8Array(answer.rawPayload), {
      status: answer.statusCode,
      headers,
    })
  }
}
