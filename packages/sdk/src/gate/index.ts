export { ModeiError } from '../errors.ts'
export {
  ASSERTION_HEADER,
  MAX_PRESENTED_LENGTH,
  PASSPORT_HEADER,
  PASSPORT_ID_HEADER,
} from '../presentation-headers.ts'
export type { GateClient } from './gate-client.ts'
export type { GateRequest, Presentation, PresentedAssertion, PresentedEnvelope } from './gate-request.ts'
export type { GateCheck, GateReason, GateResult } from './gate-result.ts'
export { type Decider, type GuardOptions, type GuardOutcome, type GuardRefusal, guard } from './guard.ts'
export { expressGuard } from './guard-express.ts'
export { type FastifyReplyLike, fastifyGuard } from './guard-fastify.ts'
export { type HonoContextLike, honoGuard } from './guard-hono.ts'
export { guardHttp, type IncomingRequest, type OutgoingResponse } from './guard-http.ts'
export {
  guardTool,
  TOOL_META_KEYS,
  TOOL_REFUSAL_META_KEY,
  type ToolContextLike,
  type ToolRefusal,
} from './guard-tool.ts'
export { gateResultOf } from './guarded-requests.ts'
export { LocalGate, type LocalGateOptions } from './local-gate.ts'
export type { GateProblem } from './problem.ts'
export { type HeaderLookup, type PresentationRead, readPresentation } from './read-presentation.ts'
