import { type Decider, type GuardOptions, guard } from './guard.ts'
import { keepGateResult } from './guarded-requests.ts'
import { PROBLEM_TYPE } from './problem.ts'

/** The part of Hono's context that is used. */
export interface HonoContextLike {
  readonly req: { header(name: string): string | undefined }
}

/** Middleware for Hono: `app.post('/book', honoGuard(gate, { action: 'flights:book' }), (c) => …)`. */
export function honoGuard<Context extends HonoContextLike>(
  gate: Decider,
  options: GuardOptions<Context>,
): (context: Context, next: () => Promise<unknown>) => Promise<Response | undefined> {
  return async (context, next) => {
    const outcome = await guard(gate, options, context, (name) => context.req.header(name))
    if (outcome.allowed) {
      keepGateResult(context, outcome.result)
      await next()
      return undefined
    }
    const { status, headers, problem } = outcome.refusal
    return new Response(JSON.stringify(problem), {
      status,
      headers: { ...headers, 'content-type': PROBLEM_TYPE },
    })
  }
}
