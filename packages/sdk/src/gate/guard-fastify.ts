import { type Decider, type GuardOptions, guard } from './guard.ts'
import type { IncomingRequest } from './guard-http.ts'
import { keepGateResult } from './guarded-requests.ts'
import { PROBLEM_TYPE } from './problem.ts'

/** The part of Fastify's reply that is used. */
export interface FastifyReplyLike {
  code(status: number): unknown
  header(name: string, value: string): unknown
  send(payload: string): unknown
}

/** A `preHandler` (or any hook before it) for Fastify: `{ preHandler: fastifyGuard(gate, { action: 'read' }) }`. */
export function fastifyGuard<Request extends IncomingRequest>(
  gate: Decider,
  options: GuardOptions<Request>,
): (request: Request, reply: FastifyReplyLike) => Promise<unknown> {
  return async (request, reply) => {
    const outcome = await guard(gate, options, request, (name) => request.headers[name.toLowerCase()])
    if (outcome.allowed) {
      keepGateResult(request, outcome.result)
      return undefined
    }
    const { status, headers, problem } = outcome.refusal
    reply.code(status)
    for (const [name, value] of Object.entries(headers)) reply.header(name, value)
    reply.header('content-type', PROBLEM_TYPE)
    reply.send(JSON.stringify(problem))
    // What an async hook returns says that the answer is given, and no handler runs.
    return reply
  }
}
