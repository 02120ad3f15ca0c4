import { constraintMapsToJson } from '@modei/core'
import { formatTimestamp, type Passport, parseEnvelope } from '@modei/protocol'
import type { Row } from '../store/store.ts'
import { jsonObject, stringList } from './json.ts'
import { signedGrant } from './signed-grant.ts'

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
    constraints:
      row.constraints === null ? signedConstraints(row.passport_json) : jsonObject(row.constraints),
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

/** An issuer that signs for itself asks for nothing: its envelope alone says what is granted. */
function signedConstraints(passportJson: string): Record<string, unknown> {
  const parsed = parseEnvelope(passportJson)
  if (!parsed.ok) throw new Error(`a stored passport is not an envelope: ${parsed.detail}`)
  return constraintMapsToJson(signedGrant(parsed.envelope.permissions))
}
