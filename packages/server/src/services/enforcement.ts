import { type CanonicalDecision, type EnforcementAttestation, formatTimestamp } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { Page } from '../http/page.ts'
import type { Row } from '../store/store.ts'
import { attestationNotFound, canonicalDecision, filterDecision, findOwnAttestation } from './attestations.ts'
import { findUsedPassport } from './find-used-passport.ts'
import { jsonObject } from './json.ts'
import { belowCursor } from './paging.ts'
import { newestNumber, newestRows } from './read-downwards.ts'
import { recordPlaces } from './record-places.ts'
import type { Services } from './services.ts'

export type EnforcementView = Omit<EnforcementAttestation, 'decision'> & { decision: CanonicalDecision }

/** @param place the gate, or what stands in for it where there is none */
export function enforcementView(row: Row<'attestations'>, place: string): EnforcementView {
  const signed = jsonObject(row.attestation_json)
  const evaluations = Array.isArray(signed.evaluations) ? signed.evaluations : []
  return {
    id: row.id,
    attestation_id: row.id,
    passport_id: row.passport_id ?? '',
    gate_id: place,
    agent_id: row.agent_id,
    action: row.action ?? '',
    target: row.target,
    decision: canonicalDecision(row.decision) ?? 'block',
    reason_code: row.reason_code,
    cost_cents: row.cost_cents,
    constraint_evaluations: evaluations.map((evaluation) => ({ detail: null, ...evaluation })),
    signature: row.signature,
    signing_key_id: row.signing_key_id,
    attestation_json: row.attestation_json,
    sequence_number: row.sequence_number,
    chain_index: row.chain_index,
    chain_hash: row.chain_hash,
    created_at: formatTimestamp(row.created_at),
  }
}

/** The records that are an enforcement's: its decision, and what became of one that was held. */
const KINDS = ['enforcement', 'resolution']

/** A passport's enforcements and the resolutions of its holds, newest first. */
export async function listEnforcements(
  services: Services,
  caller: Caller,
  passportId: string,
  decision: string | undefined,
  limit: number,
  cursor: string | undefined,
): Promise<Page<EnforcementView[]>> {
  const { sequence_key: sequenceKey } = await findUsedPassport(services, caller, passportId)
  let query = services.store.scan
    .selectFrom('attestations')
    .selectAll()
    .where('workspace_id', '=', caller.workspace_id)
    .where('sequence_key', '=', sequenceKey)
    .where('type', 'in', KINDS)
  if (decision !== undefined) query = query.where('decision', '=', filterDecision(decision))
  const newest = await newestNumber(services, caller.workspace_id, sequenceKey)
  const rows = await newestRows(query, 'sequence_number', belowCursor(cursor, newest), limit + 1)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const place = await recordPlaces(services, shown)
  return new Page(
    shown.map((row) => enforcementView(row, place(row))),
    rows.length > limit && last !== undefined ? String(last.sequence_number) : undefined,
  )
}

export async function getEnforcement(
  services: Services,
  caller: Caller,
  id: string,
): Promise<EnforcementView> {
  const row = await findOwnAttestation(services, caller, id)
  if (!KINDS.includes(row.type)) throw attestationNotFound(id)
  const place = await recordPlaces(services, [row])
  return enforcementView(row, place(row))
}
