import type { Kysely } from 'kysely'
import type { Database } from '../store/schema.ts'
import type { RevocationFacts } from './issued-passport.ts'
import type { IssuedPassport } from './passport-cache.ts'

export interface RevocationSubject {
  /** The passport that a gate or an issuer signed: it, or the root of its chain. */
  issued: IssuedPassport | undefined
  /** What the others of its line are revoked by. */
  keys: readonly string[]
}

/** The rows by which a line is judged, as `db` sees them now. A decision reads the same within its transaction. */
export async function readRevocationFacts(
  db: Kysely<Database>,
  { issued, keys }: RevocationSubject,
): Promise<RevocationFacts> {
  const { id = '', issuer_id: issuerId = null, gate_id: gateId = null } = issued?.row ?? {}
  const passport = await db.selectFrom('passports').selectAll().where('id', '=', id).executeTakeFirst()
  const issuer = await db
    .selectFrom('issuers')
    .selectAll()
    .where('id', '=', issuerId ?? '')
    .executeTakeFirst()
  const gate = await db
    .selectFrom('gates')
    .selectAll()
    .where('id', '=', gateId ?? '')
    .executeTakeFirst()
  const revocations =
    keys.length === 0
      ? []
      : await db.selectFrom('revocations').selectAll().where('revocation_key', 'in', keys).execute()
  const revokedAt = new Map(revocations.map((row) => [row.revocation_key, row.revoked_at]))
  return {
    passport: (wanted) => (wanted === id ? passport : undefined),
    issuer: (wanted) => (wanted === issuerId ? issuer : undefined),
    gate: (wanted) => (wanted === gateId ? gate : undefined),
    revokedAt: (key) => revokedAt.get(key),
  }
}
