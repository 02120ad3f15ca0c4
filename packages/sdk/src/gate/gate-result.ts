/** One step of a decision. */
export interface GateCheck {
  readonly name: string
  readonly result: 'pass' | 'fail' | 'skip'
  readonly detail: string | null
  readonly reason_code?: string | undefined
}

export interface GateResult {
  readonly allowed: boolean
  readonly decision: 'allow' | 'block' | 'request_hold'
  /** Null when it is allowed. */
  readonly reason_code: string | null
  /** The reason as a sentence. */
  readonly detail: string | null
  readonly checks: readonly GateCheck[]
  /** Who decided: this process, or the server that it asked. */
  readonly source: 'local' | 'server'
  /** False when it was refused because the gate could not know: a later try may be allowed. */
  readonly known: boolean
  readonly passport_id: string | null
  readonly agent_id: string | null
  /** Of the server's record, where the server decided. A local decision is recorded a little later. */
  readonly attestation_id: string | null
  /** Of a held action: it may be asked again with this id once a person has approved it. */
  readonly approval_request_id: string | null
}

/** Why a gate could not know, or was shown nothing. Beside these, reasons are those of the server. */
export type GateReason =
  | 'passport_not_presented'
  | 'request_invalid'
  | 'gate_archived'
  | 'gate_closed'
  | 'gate_data_stale'
  | 'gate_failed'
  | 'server_unavailable'
  | 'records_full'

export interface Subject {
  readonly passport_id: string
  readonly agent_id: string
}

const NOBODY = { passport_id: null, agent_id: null }
const UNRECORDED = { attestation_id: null, approval_request_id: null }

export function allowed(checks: readonly GateCheck[], subject: Subject): GateResult {
  return {
    allowed: true,
    decision: 'allow',
    reason_code: null,
    detail: null,
    checks,
    source: 'local',
    known: true,
    ...subject,
    ...UNRECORDED,
  }
}

export function blocked(
  reason_code: string,
  detail: string,
  more: { checks?: readonly GateCheck[]; subject?: Subject; source?: GateResult['source'] } = {},
): GateResult {
  return {
    allowed: false,
    decision: 'block',
    reason_code,
    detail,
    checks: more.checks ?? [{ name: 'passport', result: 'fail', detail, reason_code }],
    source: more.source ?? 'local',
    known: true,
    ...(more.subject ?? NOBODY),
    ...UNRECORDED,
  }
}

/** Refused because it could not be told. */
export function unknowable(reason: GateReason, detail: string): GateResult {
  return { ...blocked(reason, detail, { checks: [] }), known: false }
}
