import type { Refusal } from '@modei/core'
import { ModeiProblem } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import type { Row } from '../store/store.ts'
import { type CatalogLookup, findCatalog } from './catalog-facts.ts'
import { type Found, findPresented, PASSPORT_NOT_KNOWN, type PassportReference } from './find-presented.ts'
import { acceptsIssuer } from './gate-facts.ts'
import { gateNotFound } from './gates.ts'
import { isRepeated, limitSelfIssued } from './limit-self-issued.ts'
import { type AssertionInput, type Possession, provePossession } from './possession.ts'
import type { PresentedPassport } from './presented-passport.ts'
import type { Services } from './services.ts'

export interface CheckRequest extends PassportReference {
  gate_id: string
  action: string
  assertion?: AssertionInput | undefined
  target?: string | undefined
  context?: Readonly<Record<string, unknown>> | undefined
}

/** A passport at a gate, with all that was found before it is judged. */
export interface PreparedCheck {
  request: CheckRequest
  passport: PresentedPassport
  possession: Possession
  /** A limit of its identity key that the request went over. */
  limited: Refusal | null
  catalog: CatalogLookup
}

/** One that is bad or not known. */
export interface RefusedPassport {
  refusal: Refusal
  access_mode: PresentedPassport['access_mode']
}

/** A gate that still decides. */
export async function findOpenGate({ store }: Services, gateId: string): Promise<Row<'gates'>> {
  const gate = await store.findGate(gateId)
  if (gate === undefined || gate.deleted_at !== null) throw gateNotFound(gateId)
  return gate
}

export function isPresented({ passport_id, passport }: PassportReference): boolean {
  return passport_id !== undefined || passport !== undefined
}

/** Finds the passport of a check and what does not change while it is judged. */
export async function prepareCheck(
  services: Services,
  caller: Caller | null,
  gate: Row<'gates'>,
  request: CheckRequest,
): Promise<PreparedCheck | RefusedPassport> {
  const found = await findPresented(services, request)
  const ownCaller = caller?.workspace_id === gate.workspace_id
  // Alike whether the passport exists or not: only the gate's own workspace may ask about passports that were issued.
  if (!ownCaller && needsKey(found)) {
    throw new ModeiProblem('unauthenticated', 'the API key is missing or not valid')
  }
  const visible = visibleAt(gate, found)
  if (visible.passport === null) {
    // Of a passport that is refused, its own word on who issued it is all there is.
    const mode = visible.claimed_root === 'self' ? 'self_issued' : 'passport'
    return { refusal: visible.refusal, access_mode: mode }
  }
  const { passport, inline } = visible
  const possession = await provePossession(passport, request, request.assertion, {
    required: inline,
    now: () => services.store.now(),
  })
  return {
    request,
    passport,
    possession,
    limited: limitSelfIssued(services, passport, {
      inline,
      possession,
      repeated: await isRepeated(services, possession),
      own_caller: ownCaller,
    }),
    catalog: await findCatalog(services, gate.id, passport, request.action),
  }
}

/** Another workspace's passport is unknown here unless the gate trusts its issuer. */
export function visibleAt(gate: Row<'gates'>, found: Found): Found {
  const { passport } = found
  if (passport === null || passport.workspace_id === null || passport.workspace_id === gate.workspace_id)
    return found
  return acceptsIssuer(gate, passport) ? found : PASSPORT_NOT_KNOWN
}

/** Whatever is, claims to be, or may be rooted in a passport that a gate or an issuer signed. */
function needsKey(found: Found): boolean {
  return found.passport === null ? found.claimed_root === 'issued' : !found.passport.self_rooted
}
