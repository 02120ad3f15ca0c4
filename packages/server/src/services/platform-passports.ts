import { buildGateEnvelope, ModeiProblem, type Passport, type PassportRevoked } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import type { Page, Position } from '../http/page.ts'
import { newId } from '../new-id.ts'
import type { IdempotencyClaim } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import { envelopePermissions } from './envelope-permissions.ts'
import { findLiveIssuer } from './issuers.ts'
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
import { findPassportRow, revokeRow } from './passports.ts'
import type { Services } from './services.ts'
import { findActiveKey, openSeed } from './signing-keys.ts'

/** Issues a passport without a gate, signed by an issuer whose key the server keeps. */
export function issuePlatformPassport(
  { store, box }: Services,
  caller: Caller,
  { issuer_id: issuerId, ...grant }: PassportGrant & { issuer_id: string },
  claim: IdempotencyClaim | null,
): Promise<Passport> {
  const permissions = [...new Set(grant.permissions)]
  const constraints = readGrantConstraints(grant, permissions)
  const lifetimeMs = lifetimeSeconds(grant) * 1000
  const agentKey = agentKeyOf(grant.agent_public_key)
  return writeOnce(store, claim, async (tx, now) => {
    const issuer = await findLiveIssuer(tx, caller, issuerId)
    const signer = await findActiveKey(tx, issuerId)
    if (issuer.external_public_key !== null || signer === undefined) {
      throw new ModeiProblem(
        'issuer_key_external',
        `the issuer \`${issuerId}\` keeps its key itself: hand in the passport as it signed it`,
      )
    }
    const envelope = buildGateEnvelope({
      passportId: newId('pp', now),
      issuer: { type: 'platform', id: issuerId, key_id: signer.id },
      agentId: grant.agent_id,
      agentName: grant.agent_name ?? null,
      publicKey: agentKey.public_key,
      permissions: envelopePermissions(permissions, constraints),
      delegationAuthority: grant.delegation_authority ?? false,
      issuedAt: now,
      expiresAt: now + lifetimeMs,
    })
    const owner = {
      workspace_id: caller.workspace_id,
      gate_id: null,
      issuer_id: issuerId,
      public_key: signer.public_key,
      constraints: grant.constraints ?? {},
      metadata: grant.metadata,
    }
    const row = newPassportRow(signPassport(envelope, openSeed(box, signer)), owner, now)
    await tx.insertInto('passports').values(row).execute()
    return { ...passportView(row, now), agent_private_key: agentKey.private_key }
  })
}

export interface PlatformPassportFilter extends PassportFilter {
  issuer_id?: string | undefined
}

/** Passports of the workspace's issuers. */
export function listPlatformPassports(
  services: Services,
  caller: Caller,
  { issuer_id: issuerId, ...filter }: PlatformPassportFilter,
  limit: number,
  position: Position | undefined,
): Promise<Page<Passport[]>> {
  return passportPage(
    services,
    (query) => {
      const own = query.where('workspace_id', '=', caller.workspace_id).where('issuer_id', 'is not', null)
      return issuerId === undefined ? own : own.where('issuer_id', '=', issuerId)
    },
    filter,
    limit,
    position,
  )
}

/** A passport of the workspace, whoever of it issued it. */
export async function getAnyPassport(
  { store }: Services,
  caller: Caller,
  passportId: string,
): Promise<Passport> {
  return passportView(await findPassportRow(store.read, caller, passportId), await store.now())
}

export function revokeAnyPassport(
  { store }: Services,
  caller: Caller,
  passportId: string,
): Promise<PassportRevoked> {
  return store.write(async (tx, now) => revokeRow(tx, await findPassportRow(tx, caller, passportId), now))
}
