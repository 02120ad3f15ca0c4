import type { Caller } from '../http/call.ts'
import { filtered, type WorkspaceFilter } from './attestation-filter.ts'
import { type AttestationView, attestationView } from './attestations.ts'
import { recordPlaces } from './record-places.ts'
import { newestStatement } from './retention-statements.ts'
import type { Services } from './services.ts'

/** Places in a chain that are looked at in one read: so much is in memory at a time, and no read takes long. */
const SLICE = 500

/**
 * The records of the workspace, oldest first within each chain, in pieces. What is recorded while they are read is
 * left out.
 */
export async function* exportAttestations(
  services: Services,
  caller: Caller,
  { chain_id: only, ...filter }: WorkspaceFilter & { chain_id?: string | undefined },
): AsyncGenerator<AttestationView[]> {
  const { store } = services
  let query = store.read
    .selectFrom('chains')
    .select(['chain_id', 'head_index'])
    .where('workspace_id', '=', caller.workspace_id)
  // A gate's records stand in the gate's own chain and nowhere else.
  if (filter.gate_id !== undefined) query = query.where('chain_id', '=', filter.gate_id)
  if (only !== undefined) query = query.where('chain_id', '=', only)
  for (const { chain_id: chainId, head_index: head } of await query.orderBy('chain_id').execute()) {
    const first = (await newestStatement(store.read, chainId))?.first_kept_index ?? 1
    for (let from = first; from <= head; from += SLICE) {
      const rows = await store.scan
        .selectFrom('attestations')
        .selectAll()
        .where('chain_id', '=', chainId)
        .where('workspace_id', '=', caller.workspace_id)
        .where('chain_index', '>=', from)
        .where('chain_index', '<', Math.min(from + SLICE, head + 1))
        .where(filtered(filter))
        .orderBy('chain_index')
        .execute()
      const place = await recordPlaces(services, rows)
      if (rows.length > 0) yield rows.map((row) => attestationView(row, place(row)))
    }
  }
}
