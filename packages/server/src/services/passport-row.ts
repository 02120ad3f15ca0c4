import { parseTimestamp, type SignedPassport } from '@modei/protocol'
import type { Row } from '../store/store.ts'

export interface PassportOwner {
  workspace_id: string
  gate_id: string | null
  issuer_id: string | null
  /** The signer's key. */
  public_key: string
  /** As asked for; null where only the envelope says what is granted. */
  constraints: Readonly<Record<string, unknown>> | null
  metadata: Readonly<Record<string, unknown>> | undefined
}

/** The row of a passport that was just signed; what the envelope says is read from it. */
export function newPassportRow(signed: SignedPassport, owner: PassportOwner, now: number): Row<'passports'> {
  const { passport_id: id, identity, permissions, provenance } = signed.envelope
  return {
    id,
    workspace_id: owner.workspace_id,
    gate_id: owner.gate_id,
    issuer_id: owner.issuer_id,
    agent_id: identity.agent_id,
    agent_name: identity.agent_name,
    permissions: JSON.stringify(permissions.map(({ permission_key }) => permission_key)),
    constraints: owner.constraints === null ? null : JSON.stringify(owner.constraints),
    passport_json: signed.passport_json,
    signature: signed.signature,
    public_key: owner.public_key,
    signing_key_id: provenance.issuer.key_id,
    // An unreadable expiry counts as long past.
    expires_at: parseTimestamp(provenance.expires_at) ?? 0,
    revoked_at: null,
    created_at: now,
    catalog_version: provenance.catalog_version,
    catalog_content_hash: provenance.catalog_content_hash,
    metadata: owner.metadata === undefined ? null : JSON.stringify(owner.metadata),
    counter_key: id,
    constraint_version: 0,
    set_constraints: null,
  }
}
