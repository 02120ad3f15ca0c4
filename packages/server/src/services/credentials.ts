import type { Credential, GateFacts, Refusal } from '@modei/core'
import { deriveTier, parseTimestamp } from '@modei/protocol'
import type { LiveFacts, Row } from '../store/store.ts'
import type { IssuedPassport } from './passport-cache.ts'
import { stringList } from './json.ts'

/** A server-issued passport as the store's rows leave it at this moment. */
export function issuedCredential(
  passport: IssuedPassport,
  facts: LiveFacts,
  possession: Credential['possession'],
): Credential {
  const { row, envelope } = passport
  return {
    access_mode: 'passport',
    passport_id: row.id,
    agent_id: row.agent_id,
    agent_name: row.agent_name,
    permissions: passport.permissions,
    gate_id: row.gate_id,
    root: row.gate_id === null ? 'platform' : 'gate',
    expires_at: envelope.provenance.expires_at,
    // An unreadable expiry counts as long past.
    expires_at_ms: parseTimestamp(envelope.provenance.expires_at) ?? 0,
    tier: deriveTier(envelope),
    malformed: passport.signature_ok
      ? null
      : { reason: 'signature_invalid', detail: 'the stored passport is not signed by the key that it names' },
    revoked: revocationOf(passport, facts),
    possession,
    catalog_pin:
      row.catalog_version === null || row.catalog_content_hash === null
        ? null
        : { version: row.catalog_version, content_hash: row.catalog_content_hash },
  }
}

function revocationOf({ row }: IssuedPassport, facts: LiveFacts): Refusal | null {
  const live = facts.passport(row.id)
  if (live === undefined || live.revoked_at !== null) {
    return { reason: 'passport_revoked', detail: 'the passport was revoked' }
  }
  const issuer = row.issuer_id === null ? undefined : facts.issuer(row.issuer_id)
  if (row.issuer_id !== null && (issuer === undefined || issuer.revoked_at !== null)) {
    return { reason: 'issuer_revoked', detail: 'the issuer of the passport was revoked' }
  }
  const owner = row.gate_id === null ? issuer : facts.gate(row.gate_id)
  if (owner !== undefined && stringList(owner.compromised_keys).includes(row.signing_key_id)) {
    return { reason: 'signing_key_compromised', detail: 'the key that signed the passport was compromised' }
  }
  return null
}

/** The gate as a server-issued passport meets it. */
export function gateFacts(gate: Row<'gates'>, passport: IssuedPassport | undefined): GateFacts {
  return {
    gate_id: gate.id,
    profile: gate.profile,
    allow_self_issued: gate.allow_self_issued === 1,
    issuer_accepted: passport !== undefined && acceptsIssuer(gate, passport.row),
    catalog: null,
  }
}

function acceptsIssuer(gate: Row<'gates'>, passport: Row<'passports'>): boolean {
  if (passport.issuer_id === null) return false
  return (
    passport.workspace_id === gate.workspace_id || stringList(gate.trusted_issuers).includes(passport.issuer_id)
  )
}
