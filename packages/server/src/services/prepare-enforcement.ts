import type { Refusal } from '@modei/core'
import { isId, ModeiProblem } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { type CatalogLookup, findCatalog } from './catalog-facts.ts'
import type { EnforceRequest } from './enforcement-answer.ts'
import type { FoundPassport } from './find-presented.ts'
import { acceptsIssuer } from './gate-facts.ts'
import { gateNotFound } from './gates.ts'
import { isRepeated, limitSelfIssued } from './limit-self-issued.ts'
import { passportNotFound } from './passports.ts'
import { type Possession, provePossession } from './possession.ts'
import type { PresentedPassport } from './presented-passport.ts'
import type { Services } from './services.ts'

/** One request with all that was found before its decision. */
export interface PreparedEnforcement {
  request: EnforceRequest
  passport: PresentedPassport
  workspace_id: string
  gate_id: string | null
  possession: Possession
  /** A limit of its identity key that the request went over. */
  limited: Refusal | null
  /** Finds the catalog that judges the action; `null` where no gate is named. */
  catalog: CatalogLookup | null
  approval_id: string | undefined
}

/** Finds all that one decision depends on and that cannot change under it, and refuses what is another workspace's. */
export async function prepareEnforcement(
  services: Services,
  caller: Caller,
  request: EnforceRequest,
  { passport, inline }: FoundPassport,
): Promise<PreparedEnforcement> {
  const assertedGate = request.assertion?.assertion_json.gate_id
  const gateId = passport.gate_id ?? (isId('gate', assertedGate) ? assertedGate : null)
  await refuseForeign(services, caller, request, passport, gateId)
  const possession = await provePossession(passport, { ...request, gate_id: gateId }, request.assertion, {
    required: inline,
    now: () => services.store.now(),
  })
  return {
    request,
    passport,
    workspace_id: caller.workspace_id,
    gate_id: gateId,
    possession,
    limited: limitSelfIssued(services, passport, {
      inline,
      possession,
      repeated: await isRepeated(services, possession),
      own_caller: true,
    }),
    catalog: gateId === null ? null : await findCatalog(services, gateId, passport, request.action),
    approval_id: requestedApproval(request),
  }
}

/** Another workspace's passport or gate answers like one that does not exist, unless the gate trusts its issuer. */
async function refuseForeign(
  services: Services,
  caller: Caller,
  request: EnforceRequest,
  passport: PresentedPassport,
  gateId: string | null,
): Promise<void> {
  const own = passport.workspace_id === caller.workspace_id
  // The gate that issued it is of the same workspace.
  if (own && gateId === passport.gate_id) return
  const gate = gateId === null ? undefined : await services.store.findGate(gateId)
  const ownGate = gate?.workspace_id === caller.workspace_id ? gate : undefined
  const trusted = ownGate !== undefined && acceptsIssuer(ownGate, passport)
  if (!own && passport.workspace_id !== null && !trusted) throw unknownPassport(request)
  if (gateId !== null && ownGate === undefined) throw gateNotFound(gateId)
}

export function unknownPassport({ passport_id: id }: EnforceRequest): ModeiProblem {
  return id === undefined ? new ModeiProblem('not_found', 'no such passport') : passportNotFound(id)
}

/** The Python client has no field of its own for it, so it may travel in the metadata. */
function requestedApproval(request: EnforceRequest): string | undefined {
  const carried = request.metadata?.approval_request_id
  return request.approval_request_id ?? (typeof carried === 'string' ? carried : undefined)
}
