import type { GateResult } from './gate-result.ts'

// Beside the requests and not on them: frameworks differ in where a request may be given members.
const results = new WeakMap<object, GateResult>()

export function keepGateResult(request: object, result: GateResult): void {
  results.set(request, result)
}

/** Why a guarded request was let through: given what the framework gives its handlers (for Hono, the context). */
export function gateResultOf(request: object): GateResult | undefined {
  return results.get(request)
}
