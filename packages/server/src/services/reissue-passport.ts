import { changesTerms, hasBreakingChange, readConstraintMap } from '@modei/core'
import {
  buildGateEnvelope,
  type Envelope,
  formatTimestamp,
  ModeiProblem,
  parseEnvelope,
  type ReissueResult,
} from '@modei/protocol'
import type { Transaction } from 'kysely'
import type { Caller } from '../http/call.ts'
import { newId } from '../new-id.ts'
import type { Database } from '../store/schema.ts'
import type { IdempotencyClaim, Row } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import { carryConstraints, withoutPermissions } from './carry-constraints.ts'
import { envelopePermissions } from './envelope-permissions.ts'
import { findOwnGate, refuseArchived } from './gates.ts'
import { findLiveIssuer } from './issuers.ts'
import { jsonObject, stringList } from './json.ts'
import { signPassport } from './passport-grant.ts'
import { newPassportRow } from './passport-row.ts'
import { findPassportRow, revokeRow } from './passports.ts'
import { type ReissueTerms, reissueTerms } from './reissue-terms.ts'
import type { Services } from './services.ts'
import { findActiveKey, openSeed } from './signing-keys.ts'

/**
 * Replaces a passport by one of other terms: same agent, key, lifetime and constraints. Budgets, rates and what is
 * reserved go on counting; the old passport is revoked with the same commit.
 */
export function reissuePassport(
  { store, box }: Services,
  caller: Caller,
  passportId: string,
  { accept_catalog_version: accepted }: { accept_catalog_version?: number | undefined },
  claim: IdempotencyClaim | null,
): Promise<ReissueResult> {
  return writeOnce(store, claim, async (tx, now) => {
    const old = await findActive(tx, caller, passportId, now)
    const signer = await findSigner(tx, caller, old)
    const terms = await reissueTerms(tx, old, accepted, now)
    const dropped = stringList(old.permissions).filter((grant) => !terms.permissions.includes(grant))
    const constraints = withoutPermissions(jsonObject(old.constraints), dropped)
    const envelope = renewed(old, terms, constraints, signer, now)
    const signed = signPassport(envelope, openSeed(box, signer))
    const owner = {
      workspace_id: old.workspace_id,
      gate_id: old.gate_id,
      issuer_id: old.issuer_id,
      public_key: signer.public_key,
      constraints,
      metadata: undefined,
    }
    const id = envelope.passport_id
    const row: Row<'passports'> = {
      ...newPassportRow(signed, owner, now),
      metadata: old.metadata,
      counter_key: old.counter_key,
      ...(await carryConstraints(tx, old, { passport_id: id, dropped, set_by: caller.key_id }, now)),
    }
    await tx.insertInto('passports').values(row).execute()
    await revokeRow(tx, old, now)
    return resultView(row, old.id, terms)
  })
}

async function findActive(
  tx: Transaction<Database>,
  caller: Caller,
  passportId: string,
  now: number,
): Promise<Row<'passports'>> {
  const row = await findPassportRow(tx, caller, passportId)
  if (row.revoked_at !== null) {
    throw new ModeiProblem('passport_not_active', `the passport \`${passportId}\` was revoked`)
  }
  if (row.expires_at <= now) {
    throw new ModeiProblem('passport_not_active', `the passport \`${passportId}\` has expired`)
  }
  return row
}

/** The key of whoever issued it, as it signs today. */
async function findSigner(
  tx: Transaction<Database>,
  caller: Caller,
  { gate_id: gateId, issuer_id: issuerId }: Row<'passports'>,
): Promise<Row<'signing_keys'>> {
  if (gateId !== null) refuseArchived(await findOwnGate(tx, caller.workspace_id, gateId))
  else if (issuerId !== null) await findLiveIssuer(tx, caller, issuerId)
  const key = await findActiveKey(tx, gateId ?? issuerId ?? '')
  if (key?.sealed_seed == null) {
    throw new ModeiProblem('issuer_key_external', 'the issuer keeps its key itself: hand in a new passport')
  }
  return key
}

function renewed(
  old: Row<'passports'>,
  { catalog, permissions }: ReissueTerms,
  constraints: Readonly<Record<string, unknown>>,
  signer: Row<'signing_keys'>,
  now: number,
): Envelope {
  const parsed = parseEnvelope(old.passport_json)
  const maps = readConstraintMap(constraints, permissions)
  if (!parsed.ok || !maps.ok) throw new Error(`the stored passport ${old.id} cannot be read`)
  const { identity, delegation_authority, verification_evidence } = parsed.envelope
  return buildGateEnvelope({
    passportId: newId('pp', now),
    issuer: {
      type: old.gate_id === null ? 'platform' : 'gate',
      id: signer.owner_id,
      key_id: signer.id,
    },
    agentId: identity.agent_id,
    agentName: identity.agent_name,
    publicKey: identity.public_key,
    permissions: envelopePermissions(permissions, maps),
    catalog,
    delegationAuthority: delegation_authority,
    verificationEvidence: verification_evidence,
    issuedAt: now,
    expiresAt: old.expires_at,
  })
}

function resultView(row: Row<'passports'>, revokedId: string, { changes }: ReissueTerms): ReissueResult {
  return {
    passport_id: row.id,
    passport_json: row.passport_json,
    signature: row.signature,
    public_key: row.public_key,
    signing_key_id: row.signing_key_id,
    expires_at: formatTimestamp(row.expires_at),
    catalog_version: row.catalog_version,
    catalog_content_hash: row.catalog_content_hash,
    revoked_passport_id: revokedId,
    terms_changed: changesTerms(changes),
    has_breaking_changes: hasBreakingChange(changes),
    changes,
  }
}
