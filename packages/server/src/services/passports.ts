import {
  buildGateEnvelope,
  formatTimestamp,
  ModeiProblem,
  type Passport,
  type PassportRevoked,
} from '@modei/protocol'
import type { Kysely, Transaction } from 'kysely'
import type { Caller } from '../http/call.ts'
import type { Page, Position } from '../http/page.ts'
import { newId } from '../new-id.ts'
import type { Database } from '../store/schema.ts'
import type { IdempotencyClaim, Row } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import { pinCatalog } from './catalog-pin.ts'
import { envelopePermissions } from './envelope-permissions.ts'
import { findOwnGate, refuseArchived } from './gates.ts'
import {
  agentKeyOf,
  lifetimeSeconds,
  type PassportGrant,
  readGrantConstraints,
  signPassport,
} from './passport-grant.ts'
import { type PassportFilter, passportPage } from './passport-page.ts'
import { newPassportRow } from './passport-row.ts'
import { passportView } from './passport-view.ts'
import type { Services } from './services.ts'
import { getActiveKey, openSeed } from './signing-keys.ts'

export function passportNotFound(passportId: string): ModeiProblem {
  return new ModeiProblem('not_found', `no passport \`${passportId}\``)
}

/** Issues a passport signed by the gate's key. */
export function issuePassport(
  services: Services,
  caller: Caller,
  gateId: string,
  grant: PassportGrant,
  claim: IdempotencyClaim | null,
): Promise<Passport> {
  const { store, box } = services
  const permissions = [...new Set(grant.permissions)]
  const constraints = readGrantConstraints(grant, permissions)
  const lifetimeMs = lifetimeSeconds(grant) * 1000
  const agentKey = agentKeyOf(grant.agent_public_key)
  return writeOnce(store, claim, async (tx, now) => {
    refuseArchived(await findOwnGate(tx, caller.workspace_id, gateId))
    const signer = await getActiveKey(tx, gateId)
    const catalog = await pinCatalog(services, tx, gateId, grant.permissions, now)
    const envelope = buildGateEnvelope({
      passportId: newId('pp', now),
      issuer: { type: 'gate', id: gateId, key_id: signer.id },
      agentId: grant.agent_id,
      agentName: grant.agent_name ?? null,
      publicKey: agentKey.public_key,
      permissions: envelopePermissions(permissions, constraints),
      delegationAuthority: grant.delegation_authority ?? false,
      catalog,
      issuedAt: now,
      expiresAt: now + lifetimeMs,
    })
    const signed = signPassport(envelope, openSeed(box, signer))
    const row = newPassportRow(
      signed,
      {
        workspace_id: caller.workspace_id,
        gate_id: gateId,
        issuer_id: null,
        public_key: signer.public_key,
        constraints: grant.constraints ?? {},
        metadata: grant.metadata,
      },
      now,
    )
    await tx.insertInto('passports').values(row).execute()
    return { ...passportView(row, now), agent_private_key: agentKey.private_key }
  })
}

export async function listPassports(
  services: Services,
  caller: Caller,
  gateId: string,
  filter: PassportFilter,
  limit: number,
  position: Position | undefined,
): Promise<Page<Passport[]>> {
  await findOwnGate(services.store.read, caller.workspace_id, gateId)
  const ofGate = { gate_id: gateId, workspace_id: caller.workspace_id }
  return passportPage(services, (query) => query.where((eb) => eb.and(ofGate)), filter, limit, position)
}

/** A passport's row; another workspace's answers like one that does not exist. */
export async function findPassportRow(
  db: Kysely<Database>,
  caller: Caller,
  passportId: string,
): Promise<Row<'passports'>> {
  const row = await db
    .selectFrom('passports')
    .selectAll()
    .where('id', '=', passportId)
    .where('workspace_id', '=', caller.workspace_id)
    .executeTakeFirst()
  if (row === undefined) throw passportNotFound(passportId)
  return row
}

async function findGatePassport(
  db: Kysely<Database>,
  caller: Caller,
  gateId: string,
  passportId: string,
): Promise<Row<'passports'>> {
  await findOwnGate(db, caller.workspace_id, gateId)
  const row = await findPassportRow(db, caller, passportId)
  if (row.gate_id !== gateId) throw passportNotFound(passportId)
  return row
}

export async function getPassport(
  { store }: Services,
  caller: Caller,
  gateId: string,
  passportId: string,
): Promise<Passport> {
  const row = await findGatePassport(store.read, caller, gateId, passportId)
  return passportView(row, await store.now())
}

/** Revokes a passport; the next decision everywhere refuses it. Revoking again answers the first time. */
export function revokePassport({ store }: Services, caller: Caller, gateId: string, passportId: string) {
  return store.write(async (tx, now) =>
    revokeRow(tx, await findGatePassport(tx, caller, gateId, passportId), now),
  )
}

export async function revokeRow(
  tx: Transaction<Database>,
  { id, revoked_at: earlier }: Row<'passports'>,
  now: number,
): Promise<PassportRevoked> {
  const revokedAt = earlier ?? now
  await tx
    .updateTable('passports')
    .set({ revoked_at: revokedAt })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
  return { revoked: true, passport_id: id, revoked_at: formatTimestamp(revokedAt) }
}
