import { type Decider, type GuardOptions, guard } from './guard.ts'
import { keepGateResult } from './guarded-requests.ts'
import { PROBLEM_TYPE } from './problem.ts'

/** The part of `IncomingMessage`, and of Express's request, that is looked at. */
export interface IncomingRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** The part of `ServerResponse`, and of Express's response, that is used. */
export interface OutgoingResponse {
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(text: string): unknown
}

/** Wraps a handler of `node:http`: it runs for permitted requests, and the others are answered. */
export function guardHttp<Request extends IncomingRequest, Response extends OutgoingResponse>(
  gate: Decider,
  options: GuardOptions<Request>,
  handler: (request: Request, response: Response) => unknown,
): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    if (await admits(gate, options, request, response)) await handler(request, response)
  }
}

/** Whether a request may go on; one that may not is answered. */
export async function admits<Request extends IncomingRequest>(
  gate: Decider,
  options: GuardOptions<Request>,
  request: Request,
  response: OutgoingResponse,
): Promise<boolean> {
  const outcome = await guard(gate, options, request, (name) => request.headers[name.toLowerCase()])
  if (outcome.allowed) {
    keepGateResult(request, outcome.result)
    return true
  }
  const { status, headers, problem } = outcome.refusal
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.setHeader('content-type', PROBLEM_TYPE)
  response.end(JSON.stringify(problem))
  return false
}
