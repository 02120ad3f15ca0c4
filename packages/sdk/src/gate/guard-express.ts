import type { Decider, GuardOptions } from './guard.ts'
import { admits, type IncomingRequest, type OutgoingResponse } from './guard-http.ts'

/** Middleware for Express and Connect: `app.post('/book', expressGuard(gate, { action: 'flights:book' }), …)`. */
export function expressGuard<Request extends IncomingRequest>(
  gate: Decider,
  options: GuardOptions<Request>,
): (request: Request, response: OutgoingResponse, next: (error?: unknown) => unknown) => Promise<void> {
  return async (request, response, next) => {
    let isAdmitted = false
    try {
      isAdmitted = await admits(gate, options, request, response)
    } catch (error) {
      next(error)
      return
    }
    // Outside: what the next handler throws is its own.
    if (isAdmitted) next()
  }
}
