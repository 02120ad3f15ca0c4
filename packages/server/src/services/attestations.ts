import {
  type Attestation,
  type AttestationRecord,
  type CanonicalDecision,
  formatTimestamp,
  ModeiProblem,
  parseDate,
  parseDecision,
  parseRecordedResult,
  parseTimestamp,
} from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { Page } from '../http/page.ts'
import { newId } from '../new-id.ts'
import { type IdempotencyClaim, NO_READS, type Row, type SealedAttestation } from '../store/store.ts'
import { headOf } from './checkpoints.ts'
import { findOwnPassport } from './constraints.ts'
import { findOwnGate, gateNotFound } from './gates.ts'
import { belowCursor } from './paging.ts'
import { newestRows } from './read-downwards.ts'
import { recordPlaces } from './record-places.ts'
import type { Services } from './services.ts'

/** A record in canonical words; the edge spells its decision for the caller's version. */
export type AttestationView = Omit<Attestation, 'decision'> & { decision: CanonicalDecision | null }

/** @param place the gate, or what stands in for it where there is none */
export function attestationView(
  row: Row<'attestations'>,
  place = row.gate_id ?? row.chain_id,
): AttestationView {
  return {
    id: row.id,
    attestation_id: row.id,
    type: row.type,
    gate_id: place,
    passport_id: row.passport_id,
    agent_id: row.agent_id,
    action: row.action,
    target: row.target,
    decision: canonicalDecision(row.decision),
    reason_code: row.reason_code,
    signature: row.signature,
    signing_key_id: row.signing_key_id,
    attestation_json: row.attestation_json,
    sequence_number: row.sequence_number,
    chain_index: row.chain_index,
    chain_hash: row.chain_hash,
    created_at: formatTimestamp(row.created_at),
  }
}

export function canonicalDecision(stored: string | null): CanonicalDecision | null {
  return stored === null ? null : (parseDecision(stored) ?? null)
}

export interface AttestationFilter {
  passport_id?: string | undefined
  agent_id?: string | undefined
  permission?: string | undefined
  decision?: string | undefined
  since?: string | undefined
  until?: string | undefined
}

/** A time or a UTC day of a query, which its schema has checked. */
export function queryTime(text: string): number {
  const at = parseTimestamp(text) ?? parseDate(text)
  if (at === undefined) throw new ModeiProblem('request_invalid', `\`${text}\` is not a time`)
  return at
}

/** Reads a decision word of a filter in either spelling. */
export function filterDecision(word: string): CanonicalDecision {
  const decision = parseDecision(word)
  if (decision === undefined) throw new ModeiProblem('request_invalid', `\`${word}\` is not a decision`)
  return decision
}

/** A gate's records, newest first, ordered by their place in its chain. */
export async function listGateAttestations(
  { store }: Services,
  caller: Caller,
  gateId: string,
  filter: AttestationFilter,
  limit: number,
  cursor: string | undefined,
): Promise<Page<AttestationView[]>> {
  await findOwnGate(store.read, caller.workspace_id, gateId)
  let query = store.scan
    .selectFrom('attestations')
    .selectAll()
    .where('chain_id', '=', gateId)
    .where('workspace_id', '=', caller.workspace_id)
  if (filter.passport_id !== undefined) query = query.where('passport_id', '=', filter.passport_id)
  if (filter.agent_id !== undefined) query = query.where('agent_id', '=', filter.agent_id)
  if (filter.permission !== undefined) query = query.where('action', '=', filter.permission)
  if (filter.decision !== undefined) query = query.where('decision', '=', filterDecision(filter.decision))
  if (filter.since !== undefined) query = query.where('created_at', '>=', queryTime(filter.since))
  if (filter.until !== undefined) query = query.where('created_at', '<', queryTime(filter.until))
  const { chain_index: newest } = await headOf(store.read, gateId)
  const rows = await newestRows(query, 'chain_index', belowCursor(cursor, newest), limit + 1)
  return chainPage(rows, limit, (row) => attestationView(row))
}

export function chainPage<T>(
  rows: readonly Row<'attestations'>[],
  limit: number,
  view: (row: Row<'attestations'>) => T,
): Page<T[]> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return new Page(
    shown.map(view),
    rows.length > limit && last !== undefined ? String(last.chain_index) : undefined,
  )
}

export function attestationNotFound(attestationId: string): ModeiProblem {
  return new ModeiProblem('not_found', `no attestation \`${attestationId}\``)
}

export async function findOwnAttestation(
  { store }: Services,
  caller: Caller,
  attestationId: string,
): Promise<Row<'attestations'>> {
  const row = await store.read
    .selectFrom('attestations')
    .selectAll()
    .where('workspace_id', '=', caller.workspace_id)
    .where('id', '=', attestationId)
    .executeTakeFirst()
  if (row === undefined) throw attestationNotFound(attestationId)
  return row
}

export async function getAttestation(
  services: Services,
  caller: Caller,
  id: string,
): Promise<AttestationView> {
  const row = await findOwnAttestation(services, caller, id)
  const place = await recordPlaces(services, [row])
  return attestationView(row, place(row))
}

/** Records an outcome that the gate's owner reports, in the gate's chain. Spends nothing. */
export async function recordAttestation(
  services: Services,
  caller: Caller,
  gateId: string,
  request: AttestationRecord,
  claim: IdempotencyClaim | null,
): Promise<AttestationView> {
  const gate = await findOwnGate(services.store.read, caller.workspace_id, gateId)
  if (gate.deleted_at !== null) throw gateNotFound(gateId)
  const passport = await findOwnPassport(services, caller, request.passport_id)
  const action = request.permission ?? request.action ?? ''
  const { permission: _p, action: _a, result, decision, ...reported } = request
  return services.store.decide<AttestationView>({
    workspace_id: caller.workspace_id,
    chain_id: gateId,
    gate_id: gateId,
    ...NO_READS,
    counter_keys: [],
    sequence_key: passport.row.id,
    approval_id: null,
    nonce: null,
    idempotency: claim,
    decide(facts) {
      const live = facts.gate(gateId)
      if (live === undefined || live.deleted_at !== null) throw gateNotFound(gateId)
      return {
        attestation: {
          id: newId('att', facts.now),
          type: 'record',
          passport_id: passport.row.id,
          counter_key: null,
          agent_id: request.agent_id ?? passport.row.agent_id,
          action,
          target: null,
          decision: parseRecordedResult(result ?? decision ?? '') ?? 'block',
          reason_code: request.denial_code ?? null,
          cost_cents: 0,
          content: {
            recorded: { ...reported, tool_name: request.tool_name ?? action },
            recorded_by: caller.key_id,
          },
        },
        effects: [],
        ancestor_charges: [],
        approvals: [],
        burn_nonce: false,
        check: null,
        result: (sealed: SealedAttestation) => attestationView(sealed),
      }
    },
  })
}
