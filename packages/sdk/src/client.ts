import { Caller } from './caller.ts'
import { AnonymousCalls } from './calls/anonymous-calls.ts'
import { ApprovalCalls } from './calls/approval-calls.ts'
import { AttestationCalls } from './calls/attestation-calls.ts'
import { CatalogCalls } from './calls/catalog-calls.ts'
import { CommerceCalls } from './calls/commerce-calls.ts'
import { ConstraintCalls } from './calls/constraint-calls.ts'
import { DecisionCalls } from './calls/decision-calls.ts'
import { GateCalls } from './calls/gate-calls.ts'
import { IssuerCalls } from './calls/issuer-calls.ts'
import { PassportCalls } from './calls/passport-calls.ts'
import { SelfIssuedCalls } from './calls/self-issued-calls.ts'
import { WorkspaceCalls } from './calls/workspace-calls.ts'

/**
 * The client of the Modei API: one method for each call, named as in the Python package, in camel case. Ids come
 * first, as arguments; then one object with the names of the wire; then `{ signal, timeoutMs, idempotencyKey }`.
 */
export class ModeiClient extends Caller {}

export interface ModeiClient
  extends GateCalls,
    IssuerCalls,
    PassportCalls,
    SelfIssuedCalls,
    DecisionCalls,
    ApprovalCalls,
    ConstraintCalls,
    AttestationCalls,
    CatalogCalls,
    AnonymousCalls,
    CommerceCalls,
    WorkspaceCalls {}

const PARTS = [
  GateCalls,
  IssuerCalls,
  PassportCalls,
  SelfIssuedCalls,
  DecisionCalls,
  ApprovalCalls,
  ConstraintCalls,
  AttestationCalls,
  CatalogCalls,
  AnonymousCalls,
  CommerceCalls,
  WorkspaceCalls,
]

for (const { prototype } of PARTS) {
  const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(prototype)
  Object.defineProperties(ModeiClient.prototype, methods)
}
