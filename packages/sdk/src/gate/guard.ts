import type { GateRequest, Presentation } from './gate-request.ts'
import { blocked, type GateResult, unknowable } from './gate-result.ts'
import { type GateProblem, problemOf } from './problem.ts'
import { type HeaderLookup, readPresentation } from './read-presentation.ts'

/** What a guard needs of a {@link LocalGate}. */
export interface Decider {
  decide(request: GateRequest): Promise<GateResult>
}

/** What a request asks to do, in the gate's words; each is a value, or is read from the request. */
export interface GuardOptions<Request> {
  readonly action: string | ((request: Request) => string)
  readonly target?: string | ((request: Request) => string | undefined)
  readonly cost_cents?: number | ((request: Request) => number | undefined)
  readonly context?: (request: Request) => Readonly<Record<string, unknown>> | undefined
}

export type GuardOutcome =
  | { readonly allowed: true; readonly result: GateResult }
  | { readonly allowed: false; readonly result: GateResult; readonly refusal: GuardRefusal }

/** How a refused request is answered over HTTP. */
export interface GuardRefusal {
  readonly status: 401 | 403 | 503
  readonly headers: Readonly<Record<string, string>>
  readonly problem: GateProblem
}

/** Decides about a request by its headers. Never throws: what cannot be read or told is refused. */
export async function guard<Request>(
  gate: Decider,
  options: GuardOptions<Request>,
  request: Request,
  header: HeaderLookup,
): Promise<GuardOutcome> {
  return outcomeOf(await decideSafely(gate, options, request, header))
}

async function decideSafely<Request>(
  gate: Decider,
  options: GuardOptions<Request>,
  request: Request,
  header: HeaderLookup,
): Promise<GateResult> {
  try {
    const read = readPresentation(header)
    if (!read.ok) return blocked(read.reason_code, read.detail)
    return await gate.decide(gateRequest(options, request, read.presentation))
  } catch {
    return unknowable('gate_failed', 'the gate could not decide')
  }
}

function gateRequest<Request>(
  { action, target, cost_cents, context }: GuardOptions<Request>,
  request: Request,
  presentation: Presentation,
): GateRequest {
  return {
    ...presentation,
    action: typeof action === 'function' ? action(request) : action,
    target: typeof target === 'function' ? target(request) : target,
    cost_cents: typeof cost_cents === 'function' ? cost_cents(request) : cost_cents,
    context: context?.(request),
  }
}

function outcomeOf(result: GateResult): GuardOutcome {
  return result.allowed === true
    ? { allowed: true, result }
    : { allowed: false, result, refusal: refusalOf(result) }
}

function refusalOf(result: GateResult): GuardRefusal {
  if (!result.known) {
    return { status: 503, headers: { 'retry-after': '1' }, problem: problemOf(result, 503) }
  }
  if (result.reason_code === 'passport_not_presented') {
    return { status: 401, headers: { 'www-authenticate': 'Modei-Passport' }, problem: problemOf(result, 401) }
  }
  return { status: 403, headers: {}, problem: problemOf(result, 403) }
}
