/** The yardstick of the HTTP benchmarks: the server's own Fastify, bare, that answers the body which it was sent. */
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'

const fromServer = createRequire(new URL('../../packages/server/package.json', import.meta.url))
const { default: Fastify } = await import(fromServer.resolve('fastify'))

const app = Fastify({ logger: false })
app.post('/echo', async (request: { body: unknown }) => request.body)
await app.listen({ port: 0, host: '127.0.0.1' })
const { port }: AddressInfo = app.server.address()
process.stdout.write(`listens on http://127.0.0.1:${port}\n`)
process.on('SIGTERM', async () => {
  await app.close()
  process.exit(0)
})
