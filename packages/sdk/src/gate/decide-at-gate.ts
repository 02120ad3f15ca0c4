import { isId } from '@modei/protocol/ids'
import { verifyAssertion } from '@modei/protocol/passports/assertion'
import type { Envelope } from '@modei/protocol/passports/envelope'
import { parseEnvelope } from '@modei/protocol/passports/parse-envelope'
import { verifyPassport } from '@modei/protocol/passports/verify'
import { isAction } from '@modei/protocol/permissions'
import { formatTimestamp } from '@modei/protocol/time'
import type { AttestationRecord } from '../wire.ts'
import type { AddedConstraints } from './added-constraints.ts'
import { askById, askEnforce } from './ask-server.ts'
import type { CatalogShelf } from './catalog-shelf.ts'
import type { GateClient } from './gate-client.ts'
import type { GateRequest, PresentedEnvelope } from './gate-request.ts'
import { allowed, blocked, type GateResult, type Subject, unknowable } from './gate-result.ts'
import { type GateView, versionInEffect } from './gate-view.ts'
import { type Judgement, judge } from './judge.ts'

/** What one decision works with. */
export interface GateParts {
  readonly client: GateClient
  readonly catalogs: CatalogShelf
  readonly added: AddedConstraints
  readonly view: GateView
  /** Unix milliseconds. */
  readonly now: number
  /** The time after something was waited for; undefined when the view has grown too old meanwhile. */
  readonly timeOnceRead: () => number | undefined
  /** Queues a record; false when there is no room. */
  readonly record: (record: AttestationRecord) => boolean
}

/** Decides about one request by a fresh view of the gate. What it throws on is refused by its caller. */
export async function decideAtGate(parts: GateParts, request: GateRequest): Promise<GateResult> {
  const { passport, passport_id: id } = request
  const { document } = parts.view
  if (document.deleted_at !== null) return blocked('gate_archived', 'the gate is archived')
  const fault = findRequestFault(request)
  if (fault !== undefined) return blocked('request_invalid', fault)
  if (passport === undefined && id === undefined) {
    return blocked('passport_not_presented', 'no passport was presented')
  }
  if (passport !== undefined && id !== undefined) {
    return blocked('invalid_passport_reference', 'a passport and an id were presented')
  }
  return passport === undefined ? decideById(parts, request) : decideEnvelope(parts, request, passport)
}

/** As the server takes them, so that no record of a decision here can be refused there. */
const MAX_TARGET_LENGTH = 2048

function findRequestFault({ action, target, cost_cents }: GateRequest): string | undefined {
  if (!isAction(action)) return 'the action is not segments of [A-Za-z0-9._/-]+ joined by ":"'
  if (target !== undefined && !(target.length >= 1 && target.length <= MAX_TARGET_LENGTH)) {
    return `the target is not 1 to ${MAX_TARGET_LENGTH} characters`
  }
  if (cost_cents === undefined || (Number.isSafeInteger(cost_cents) && cost_cents >= 0)) return undefined
  return '`cost_cents` is not a whole number of cents'
}

async function decideById(
  { client, view: { document } }: GateParts,
  request: GateRequest,
): Promise<GateResult> {
  const { passport_id: id, assertion } = request
  if (!isId('passport', id)) return blocked('invalid_passport_reference', 'the id is not that of a passport')
  if (assertion === undefined) {
    return document.profile === 'L3'
      ? blocked('missing_assertion', 'an L3 gate needs an assertion by the passport’s own key')
      : askById(client, document.gate_id, id, request)
  }
  // INVARIANT: an assertion names the gate at which it counts, and the server decides at the gate that it names.
  if (Reflect.get(assertion.assertion_json, 'gate_id') !== document.gate_id) {
    return blocked('assertion_mismatch', '`gate_id` is not that of the request')
  }
  return askEnforce(client, { passport_id: id, assertion }, request)
}

async function decideEnvelope(
  parts: GateParts,
  request: GateRequest,
  { passport_json, signature }: PresentedEnvelope,
): Promise<GateResult> {
  const { view, now } = parts
  const { gate_id: gateId } = view.document
  const parsed = parseEnvelope(passport_json)
  if (!parsed.ok) return blocked(parsed.reason_code, parsed.detail)
  const root = parsed.envelope.provenance.delegation_chain?.[0]?.passport_json ?? parsed.envelope
  const { type, id } = root.provenance.issuer
  if (type === 'gate' && id !== gateId) {
    return blocked('issuer_untrusted', 'the passport was issued by another gate')
  }
  // Issuers' keys are known to the server alone.
  if (type === 'platform') return askWithEnvelope(parts, request, parsed.envelope, signature)
  const verified = verifyPassport(parsed.envelope, signature, { now, keys: view.keys })
  if (!verified.valid) {
    const refusal = blocked(verified.reason_code, verified.detail)
    // With a tier every signature was good, so that it is known of whom the record tells.
    return verified.tier === undefined || !isOwn(parsed.envelope, gateId)
      ? refusal
      : recorded(parts, request, parsed.envelope, { ...refusal, ...subjectOf(parsed.envelope) })
  }
  const { envelope } = verified
  if (isOwn(envelope, gateId)) return decideOwn(parts, request, envelope)
  if (type === 'self' && !(view.document.profile === 'L1' && view.document.allow_self_issued)) {
    return blocked('issuer_untrusted', 'the gate does not accept self-issued passports')
  }
  return askWithEnvelope(parts, request, envelope, signature)
}

/** Of these the gate's list tells whether they were revoked. A holder revokes what it delegated without the gate. */
function isOwn({ provenance }: Envelope, gateId: string): boolean {
  const { issuer, delegation_chain: chain } = provenance
  return issuer.type === 'gate' && issuer.id === gateId && chain === null
}

/** Whether it was revoked is known to the server alone; for an envelope it wants proof of possession. */
async function askWithEnvelope(
  { client, view, now }: GateParts,
  request: GateRequest,
  envelope: Envelope,
  signature: string,
): Promise<GateResult> {
  const { assertion } = request
  if (assertion === undefined) {
    return blocked('missing_assertion', 'this passport needs an assertion by its own key')
  }
  const mismatch = findMismatch(request, envelope, view, now)
  if (mismatch !== undefined) return blocked('assertion_mismatch', mismatch)
  return askEnforce(client, { ...subjectOf(envelope), passport: { envelope, signature }, assertion }, request)
}

function findMismatch(
  { assertion, action, target, cost_cents }: GateRequest,
  { passport_id, identity }: Envelope,
  { document: { gate_id } }: GateView,
  now: number,
): string | undefined {
  const expected = { passport_id, gate_id, action, target: target ?? null, cost_cents: cost_cents ?? null }
  const verified = verifyAssertion(assertion, { expected, now, publicKey: identity.public_key })
  return verified.ok ? undefined : verified.detail
}

async function decideOwn(parts: GateParts, request: GateRequest, envelope: Envelope): Promise<GateResult> {
  const { view, now, client } = parts
  const { passport_id, permissions } = envelope
  const mismatch = request.assertion === undefined ? undefined : findMismatch(request, envelope, view, now)
  const held = request.assertion === undefined ? 'absent' : 'proved'
  const [catalog, added] = await Promise.all([
    catalogOf(parts, request, envelope),
    parts.added.of(
      passport_id,
      permissions.map(({ permission_key }) => permission_key),
      now,
    ),
  ])
  const at = parts.timeOnceRead()
  if (at === undefined)
    return unknowable('gate_data_stale', 'what is known of the gate grew too old meanwhile')
  const possession =
    mismatch === undefined ? held : ({ reason: 'assertion_mismatch', detail: mismatch } as const)
  const judgement = judge({ request, envelope, possession, view, catalog, added, now: at })
  if (judgement.verdict !== 'ask') return recorded(parts, request, envelope, resultOf(judgement, envelope))
  return askEnforce(client, { ...subjectOf(envelope), assertion: request.assertion }, request)
}

function catalogOf({ catalogs, view, now }: GateParts, { action }: GateRequest, { provenance }: Envelope) {
  const { catalog_version: pinned, catalog_content_hash: hash } = provenance
  const version = pinned === null || hash === null ? versionInEffect(view, now) : pinned
  return version === undefined ? null : catalogs.facts(version, action, view.keys)
}

function resultOf({ verdict, reason_code, detail, checks }: Judgement, envelope: Envelope): GateResult {
  const subject = subjectOf(envelope)
  if (verdict === 'allow') return allowed(checks, subject)
  return blocked(reason_code ?? 'gate_failed', detail ?? '', { checks, subject })
}

function subjectOf({ passport_id, identity }: Envelope): Subject {
  return { passport_id, agent_id: identity.agent_id }
}

/** INVARIANT: no decision of this process leaves it before its record has a place in the queue. */
function recorded(
  { record, now }: GateParts,
  { action, target }: GateRequest,
  { passport_id, identity }: Envelope,
  result: GateResult,
): GateResult {
  const isQueued = record({
    passport_id,
    agent_id: identity.agent_id,
    permission: action,
    result: result.allowed ? 'allowed' : 'denied',
    ...(result.reason_code !== null && { denial_code: result.reason_code }),
    metadata: {
      decided_by: 'local_gate',
      decided_at: formatTimestamp(now),
      ...(target !== undefined && { target }),
    },
  })
  return isQueued ? result : unknowable('records_full', 'too many decisions wait to be recorded')
}
