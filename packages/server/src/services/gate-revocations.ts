import {
  formatTimestamp,
  type GateRevocations,
  type RevocationEntry,
  signRevocationList,
} from '@modei/protocol'
import { gateNotFound } from './gates.ts'
import type { Services } from './services.ts'
import { findActiveKey, openSeed } from './signing-keys.ts'

/** Within a minute an unchanged list is the same bytes, so that whoever polls it is told that nothing changed. */
const DATED_MS = 60_000

/** The gate's passports that were revoked before they expired, dated and signed. An archived gate signs nothing more. */
export async function getGateRevocations({ store, box }: Services, gateId: string): Promise<GateRevocations> {
  const gate = await store.read
    .selectFrom('gates')
    .select('deleted_at')
    .where('id', '=', gateId)
    .executeTakeFirst()
  const key = await findActiveKey(store.read, gateId)
  if (gate === undefined || gate.deleted_at !== null || key === undefined) throw gateNotFound(gateId)
  const minute = Math.floor((await store.now()) / DATED_MS) * DATED_MS
  const rows = await store.read
    .selectFrom('passports')
    .select(['id', 'revoked_at', 'expires_at'])
    .where('gate_id', '=', gateId)
    .where('revoked_at', 'is not', null)
    .where('expires_at', '>', minute)
    .orderBy('revoked_at')
    .orderBy('id')
    .execute()
  const entries = rows.map(
    (row): RevocationEntry => ({
      passport_id: row.id,
      revoked_at: formatTimestamp(row.revoked_at ?? minute),
      expires_at: formatTimestamp(row.expires_at),
    }),
  )
  // The date is never before what the list tells of.
  const issuedAt = formatTimestamp(Math.max(minute, ...rows.slice(-1).map((row) => row.revoked_at ?? minute)))
  const list = { gate_id: gateId, issued_at: issuedAt, signing_key_id: key.id, entries }
  return {
    ...list,
    entries: [...entries],
    ...signRevocationList(list, openSeed(box, key)),
    public_key: key.public_key,
  }
}
