import { parseDecision } from '@modei/protocol/decision-words'
import type { Envelope } from '@modei/protocol/passports/envelope'
import { ModeiError, NotFoundError } from '../errors.ts'
import type { CheckResult, EnforceResult } from '../wire.ts'
import type { GateClient } from './gate-client.ts'
import type { GateRequest, PresentedAssertion } from './gate-request.ts'
import { blocked, type GateCheck, type GateResult, unknowable } from './gate-result.ts'
import { invalid } from './gate-view.ts'

/** The passport that a question is about. */
export interface Reference {
  readonly passport_id: string
  /** Where the passport itself was shown. */
  readonly agent_id?: string
  /** In place of the id, for one that the server may not know. */
  readonly passport?: { readonly envelope: Envelope; readonly signature: string } | undefined
  readonly assertion?: PresentedAssertion | undefined
}

/** The server's decision, counters included. A passport that it does not know is refused; one it cannot judge, too. */
export async function askEnforce(
  client: GateClient,
  reference: Reference,
  request: GateRequest,
): Promise<GateResult> {
  const { action, target, cost_cents, context, approval_request_id } = request
  return answered(async () => {
    const body = { ...carried(reference), action, target, cost_cents, metadata: context, approval_request_id }
    return enforceResult(await client.enforceAction(body), reference)
  })
}

/**
 * The server's decision about a passport of which only the id is known. Enforcing alone would not do: it does not say
 * at which gate, so that a passport of another gate would pass.
 */
export async function askById(
  client: GateClient,
  gateId: string,
  passportId: string,
  request: GateRequest,
): Promise<GateResult> {
  const { action, target, context } = request
  return answered(async () => {
    const reference = { passport_id: passportId }
    const checked = await client.checkGate(gateId, { ...reference, action, target, context })
    const result = checkResult(checked, passportId)
    if (!result.allowed || isSettled(checked, request)) return result
    // What the check left open is counted, and only a passport of this gate is counted at this gate by its id.
    if (await isOwn(client, gateId, passportId)) return askEnforce(client, reference, request)
    const detail = 'its limits count at this gate only with an assertion by its own key that names the gate'
    return blocked('missing_assertion', detail, { source: 'server', checks: result.checks })
  })
}

function isSettled({ checks }: CheckResult, { cost_cents = 0, approval_request_id }: GateRequest): boolean {
  const open = checks.some(({ name, result }) => result === 'skip' && name.includes(':'))
  return !open && cost_cents === 0 && approval_request_id === undefined
}

async function isOwn(client: GateClient, gateId: string, passportId: string): Promise<boolean> {
  try {
    const passport = await client.getPassport(gateId, passportId)
    return passport.gate_id === gateId && passport.passport_id === passportId
  } catch (error) {
    if (error instanceof NotFoundError) return false
    throw error
  }
}

const REFUSED_REQUESTS = [400, 413, 422]

async function answered(ask: () => Promise<GateResult>): Promise<GateResult> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof NotFoundError) {
      return blocked('passport_not_found', 'the server knows no such passport', { source: 'server' })
    }
    if (error instanceof ModeiError && REFUSED_REQUESTS.includes(error.statusCode ?? 0)) {
      return blocked('request_invalid', error.message, { source: 'server' })
    }
    const code = error instanceof ModeiError ? error.code : 'unreadable'
    return unknowable('server_unavailable', `the server is needed and could not be asked: ${code}`)
  }
}

/** The wire's words for it. */
function carried({ passport_id, passport, assertion }: Reference) {
  return {
    ...(passport === undefined
      ? { passport_id }
      : { passport: { passport_json: { ...passport.envelope }, signature: passport.signature } }),
    ...(assertion !== undefined && {
      assertion: { ...assertion, assertion_json: { ...assertion.assertion_json } },
    }),
  }
}

function enforceResult(answer: EnforceResult, reference: Reference): GateResult {
  const decision = engineDecision(answer.decision)
  const isAllowed = decision === 'allow'
  return {
    allowed: isAllowed,
    decision,
    reason_code: isAllowed ? null : (answer.reason ?? answer.blocked_by ?? 'gate_failed'),
    detail: answer.block_reason,
    checks: answer.evaluations.map(checkOf),
    source: 'server',
    known: true,
    passport_id: reference.passport_id,
    agent_id: reference.agent_id ?? null,
    attestation_id: answer.attestation_id,
    approval_request_id: answer.approval_request_id,
  }
}

function checkOf({
  constraint_key,
  result,
  detail,
  reason_code,
}: EnforceResult['evaluations'][number]): GateCheck {
  return {
    name: constraint_key,
    result: result === 'pass' ? 'pass' : 'fail',
    detail,
    ...(typeof reason_code === 'string' && { reason_code }),
  }
}

function checkResult(answer: CheckResult, passportId: string): GateResult {
  const isAllowed = answer.allowed === true && engineDecision(answer.decision) === 'allow'
  return {
    allowed: isAllowed,
    decision: isAllowed ? 'allow' : 'block',
    reason_code: isAllowed ? null : (answer.reason_code ?? 'gate_failed'),
    detail: answer.checks.find(({ result }) => result === 'fail')?.detail ?? null,
    checks: answer.checks,
    source: 'server',
    known: true,
    passport_id: passportId,
    agent_id: null,
    attestation_id: answer.attestation_id,
    approval_request_id: null,
  }
}

/** A word that is not known is no permission. */
function engineDecision(word: unknown): GateResult['decision'] {
  const decision = typeof word === 'string' ? parseDecision(word) : undefined
  if (decision === 'allow' || decision === 'request_hold' || decision === 'block') return decision
  throw invalid('the decision is in words that are not known')
}
