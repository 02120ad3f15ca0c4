import { randomBytes } from 'node:crypto'
import { readConstraintMap } from '@modei/core'
import {
  buildGateEnvelope,
  decodeBase64Strict,
  type Envelope,
  encodeBase64,
  formatTimestamp,
  importPublicKey,
  ModeiProblem,
  type Passport,
  parseDuration,
  publicKeyFromSeed,
  type SignedPassport,
  signEnvelope,
} from '@modei/protocol'
import type { Kysely } from 'kysely'
import type { Caller } from '../http/call.ts'
import { type Page, type Position, pageOf } from '../http/page.ts'
import { newId } from '../new-id.ts'
import type { Database } from '../store/schema.ts'
import type { IdempotencyClaim, Row } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import { envelopePermissions } from './envelope-permissions.ts'
import { findOwnGate } from './gates.ts'
import { jsonObject, stringList } from './json.ts'
import { before } from './paging.ts'
import type { Services } from './services.ts'
import { openSeed } from './signing-keys.ts'

export interface PassportGrant {
  agent_id: string
  permissions: readonly string[]
  agent_name?: string | undefined
  agent_public_key?: string | undefined
  constraints?: Readonly<Record<string, unknown>> | undefined
  expires_in_seconds?: number | undefined
  expires_in?: string | undefined
  delegation_authority?: boolean | undefined
  metadata?: Readonly<Record<string, unknown>> | undefined
}

const MAX_LIFETIME_SECONDS = 10 * 31_536_000

export function passportNotFound(passportId: string): ModeiProblem {
  return new ModeiProblem('not_found', `no passport \`${passportId}\``)
}

/** The answered form of a passport's row. */
export function passportView(row: Row<'passports'>, now: number): Passport {
  const envelope = jsonObject(row.passport_json)
  const identity = envelope.identity
  const agentKey =
    typeof identity === 'object' && identity !== null && 'public_key' in identity ? identity.public_key : ''
  return {
    passport_id: row.id,
    gate_id: row.gate_id ?? row.issuer_id ?? row.workspace_id,
    issuer_id: row.issuer_id,
    agent_id: row.agent_id,
    agent_name: row.agent_name,
    agent_public_key: typeof agentKey === 'string' ? agentKey : '',
    permissions: stringList(row.permissions),
    constraints: jsonObject(row.constraints),
    delegation_authority: envelope.delegation_authority === true,
    passport_json: row.passport_json,
    signature: row.signature,
    public_key: row.public_key,
    signing_key_id: row.signing_key_id,
    status: row.revoked_at !== null ? 'revoked' : row.expires_at <= now ? 'expired' : 'active',
    expires_at: formatTimestamp(row.expires_at),
    revoked_at: row.revoked_at === null ? null : formatTimestamp(row.revoked_at),
    created_at: formatTimestamp(row.created_at),
    catalog_version: row.catalog_version,
    catalog_content_hash: row.catalog_content_hash,
    metadata: row.metadata === null ? null : jsonObject(row.metadata),
  }
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
    const gate = await findOwnGate(tx, caller.workspace_id, gateId)
    if (gate.deleted_at !== null) throw new ModeiProblem('conflict', `the gate \`${gateId}\` is archived`)
    const signer = await tx
      .selectFrom('signing_keys')
      .selectAll()
      .where('owner_id', '=', gateId)
      .where('status', '=', 'active')
      .executeTakeFirstOrThrow()
    const id = newId('pp', now)
    const envelope = buildGateEnvelope({
      passportId: id,
      issuer: { type: 'gate', id: gateId, key_id: signer.id },
      agentId: grant.agent_id,
      agentName: grant.agent_name ?? null,
      publicKey: agentKey.public_key,
      permissions: envelopePermissions(permissions, constraints),
      delegationAuthority: grant.delegation_authority ?? false,
      issuedAt: now,
      expiresAt: now + lifetimeMs,
    })
    const signed = signPassport(envelope, openSeed(box, signer))
    const row: Row<'passports'> = {
      id,
      workspace_id: caller.workspace_id,
      gate_id: gateId,
      issuer_id: null,
      agent_id: grant.agent_id,
      agent_name: grant.agent_name ?? null,
      permissions: JSON.stringify(permissions),
      constraints: JSON.stringify(grant.constraints ?? {}),
      passport_json: signed.passport_json,
      signature: signed.signature,
      public_key: signer.public_key,
      signing_key_id: signer.id,
      expires_at: now + lifetimeMs,
      revoked_at: null,
      created_at: now,
      catalog_version: null,
      catalog_content_hash: null,
      metadata: grant.metadata === undefined ? null : JSON.stringify(grant.metadata),
      counter_key: id,
      constraint_version: 0,
      set_constraints: null,
    }
    await tx.insertInto('passports').values(row).execute()
    return { ...passportView(row, now), agent_private_key: agentKey.private_key }
  })
}

/** Signs an envelope; one that is too large is the caller's mistake. */
function signPassport(envelope: Envelope, seed: Uint8Array): SignedPassport {
  try {
    return signEnvelope(envelope, seed)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ModeiProblem('request_invalid', error.message, {
      errors: [{ pointer: '/body', message: error.message }],
    })
  }
}

function readGrantConstraints(grant: PassportGrant, permissions: readonly string[]) {
  const map = readConstraintMap(grant.constraints ?? {}, permissions)
  if (map.ok) return map
  throw new ModeiProblem('request_invalid', map.errors[0]?.message ?? 'the constraints are not valid', {
    errors: map.errors.map(({ pointer, message }) => ({ pointer: `/body/constraints${pointer}`, message })),
  })
}

function lifetimeSeconds(grant: PassportGrant): number {
  const seconds =
    grant.expires_in === undefined ? (grant.expires_in_seconds ?? 3600) : parseDuration(grant.expires_in)
  if (seconds !== undefined && seconds > 0 && seconds <= MAX_LIFETIME_SECONDS) return seconds
  const field = grant.expires_in === undefined ? 'expires_in_seconds' : 'expires_in'
  throw new ModeiProblem('request_invalid', `\`${field}\` must be positive and at most 10 years`, {
    errors: [{ pointer: `/body/${field}`, message: 'must be positive and at most 10 years' }],
  })
}

/** The agent's key, or a new pair whose private half is answered once and kept nowhere. */
function agentKeyOf(given: string | undefined): { public_key: string; private_key: string | null } {
  if (given === undefined) {
    const seed = randomBytes(32)
    return { public_key: encodeBase64(publicKeyFromSeed(seed)), private_key: encodeBase64(seed) }
  }
  const text = given.startsWith('ed25519:') ? given.slice('ed25519:'.length) : given
  const bytes = decodeBase64Strict(text)
  if (bytes !== undefined && importPublicKey(bytes) !== undefined)
    return { public_key: text, private_key: null }
  throw new ModeiProblem('request_invalid', '`agent_public_key` must be a base64 Ed25519 public key', {
    errors: [{ pointer: '/body/agent_public_key', message: 'must be a base64 Ed25519 public key' }],
  })
}

export interface PassportFilter {
  status: 'active' | 'revoked' | 'expired' | 'all'
  agent_id?: string | undefined
}

export async function listPassports(
  { store }: Services,
  caller: Caller,
  gateId: string,
  filter: PassportFilter,
  limit: number,
  position: Position | undefined,
): Promise<Page<Passport[]>> {
  await findOwnGate(store.read, caller.workspace_id, gateId)
  const now = await store.now()
  const { status, agent_id: agentId } = filter
  let query = store.read
    .selectFrom('passports')
    .selectAll()
    .where('gate_id', '=', gateId)
    .where('workspace_id', '=', caller.workspace_id)
  if (position !== undefined) query = query.where(before(position, 'passports'))
  if (agentId !== undefined) query = query.where('agent_id', '=', agentId)
  if (status === 'revoked') query = query.where('revoked_at', 'is not', null)
  if (status === 'active') query = query.where('revoked_at', 'is', null).where('expires_at', '>', now)
  if (status === 'expired') query = query.where('revoked_at', 'is', null).where('expires_at', '<=', now)
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(
    rows,
    limit,
    (row) => ({ at: row.created_at, id: row.id }),
    (row) => passportView(row, now),
  )
}

async function findGatePassport(
  db: Kysely<Database>,
  caller: Caller,
  gateId: string,
  passportId: string,
): Promise<Row<'passports'>> {
  await findOwnGate(db, caller.workspace_id, gateId)
  const row = await db
    .selectFrom('passports')
    .selectAll()
    .where('id', '=', passportId)
    .where('gate_id', '=', gateId)
    .where('workspace_id', '=', caller.workspace_id)
    .executeTakeFirst()
  if (row === undefined) throw passportNotFound(passportId)
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
  return store.write(async (tx, now) => {
    const row = await findGatePassport(tx, caller, gateId, passportId)
    const revokedAt = row.revoked_at ?? now
    await tx
      .updateTable('passports')
      .set({ revoked_at: revokedAt })
      .where('id', '=', passportId)
      .where('revoked_at', 'is', null)
      .execute()
    return { revoked: true as const, passport_id: passportId, revoked_at: formatTimestamp(revokedAt) }
  })
}
