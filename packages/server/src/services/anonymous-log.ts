import { type AnonymousLogEntry, formatTimestamp } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { Page } from '../http/page.ts'
import type { Row } from '../store/store.ts'
import { canonicalDecision } from './attestations.ts'
import { findOwnGate } from './gates.ts'
import { jsonObject } from './json.ts'
import { belowCursor } from './paging.ts'
import { newestNumber, newestRows } from './read-downwards.ts'
import type { Services } from './services.ts'

export type AnonymousLogView = Omit<AnonymousLogEntry, 'decision'> & { decision: 'allow' | 'block' }

/** The checks of callers without a passport, newest first. */
export async function listAnonymousLog(
  { store, anonymous }: Services,
  caller: Caller,
  gateId: string,
  limit: number,
  cursor: string | undefined,
): Promise<Page<AnonymousLogView[]>> {
  await findOwnGate(store.read, caller.workspace_id, gateId)
  await anonymous.flush()
  const sequenceKey = `anonymous:${gateId}`
  const query = store.scan
    .selectFrom('attestations')
    .leftJoin('anonymous_repeats', 'anonymous_repeats.attestation_id', 'attestations.id')
    .selectAll('attestations')
    .select('anonymous_repeats.count as repeats')
    .where('attestations.workspace_id', '=', caller.workspace_id)
    .where('attestations.sequence_key', '=', sequenceKey)
    // Passports that are not known are numbered with them. The text is canonical, so no string can hold this member.
    .where('attestations.attestation_json', 'like', '%"access_mode":"anonymous"%')
  const newest = await newestNumber({ store }, caller.workspace_id, sequenceKey)
  const rows = await newestRows(query, 'attestations.sequence_number', belowCursor(cursor, newest), limit + 1)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return new Page(
    shown.map((row) => view(row, row.repeats ?? 0)),
    rows.length > limit && last !== undefined ? String(last.sequence_number) : undefined,
  )
}

function view(row: Row<'attestations'>, repeats: number): AnonymousLogView {
  const { client_network: network } = jsonObject(row.attestation_json)
  return {
    id: row.id,
    attestation_id: row.id,
    gate_id: row.gate_id ?? row.chain_id,
    action: row.action,
    target: row.target,
    decision: canonicalDecision(row.decision) === 'allow' ? 'allow' : 'block',
    reason_code: row.reason_code,
    client_address: typeof network === 'string' ? network : null,
    count: 1 + repeats,
    created_at: formatTimestamp(row.created_at),
  }
}
