import type { Refusal } from '@modei/core'
import { type LiveFacts, NO_READS, type PassportReads } from '../store/store.ts'
import { stringList } from './json.ts'
import type { InstanceCache } from './own-constraints.ts'
import type { IssuedPassport } from './passport-cache.ts'
import { passportNotFound } from './passports.ts'
import type { PresentedPassport } from './presented-passport.ts'

/** A passport that this server issued, presented by its id or by its bytes. */
export function presentIssued(passport: IssuedPassport, instances: InstanceCache): PresentedPassport {
  const { row, envelope } = passport
  return {
    access_mode: 'passport',
    passport_id: row.id,
    agent_id: row.agent_id,
    identity_key: envelope.identity.public_key,
    gate_id: row.gate_id,
    workspace_id: row.workspace_id,
    self_rooted: false,
    sequence_key: row.id,
    counter_key: row.counter_key,
    ancestors: [],
    reads: issuedReads(row),
    catalog_pin: passport.credential.catalog_pin,
    credential: (facts, possession) => ({
      ...passport.credential,
      revoked: issuedRevocation(passport, facts),
      possession,
    }),
    instances(facts, action) {
      const live = facts.passport(row.id)
      if (live === undefined) throw passportNotFound(row.id)
      return instances.of(passport, live, action)
    },
    constraint_version: (facts) => facts.passport(row.id)?.constraint_version ?? 0,
    issuer: row.issuer_id === null ? null : { issuer_id: row.issuer_id, workspace_id: row.workspace_id },
  }
}

/** What a decision reads of a passport that this server issued, or of the root of a line. */
export function issuedReads({ id, gate_id, issuer_id }: IssuedPassport['row']): PassportReads {
  return {
    ...NO_READS,
    gate_ids: gate_id === null ? [] : [gate_id],
    passport_ids: [id],
    issuer_ids: issuer_id === null ? [] : [issuer_id],
  }
}

/** The rows that tell whether a passport still counts. */
export type RevocationFacts = Pick<LiveFacts, 'passport' | 'issuer' | 'gate' | 'revokedAt'>

/** Why a server-issued passport no longer counts: its own revocation, its issuer's, or its key's. */
export function issuedRevocation({ row }: IssuedPassport, facts: RevocationFacts): Refusal | null {
  // The issuer comes first: with it everything that it issued was revoked, and this is why.
  const issuer = row.issuer_id === null ? undefined : facts.issuer(row.issuer_id)
  if (row.issuer_id !== null && (issuer === undefined || issuer.revoked_at !== null)) {
    return { reason: 'issuer_revoked', detail: 'the issuer of the passport was revoked' }
  }
  const live = facts.passport(row.id)
  if (live === undefined || live.revoked_at !== null) {
    return { reason: 'passport_revoked', detail: 'the passport was revoked' }
  }
  // A decision reads the gate that it is made at. Away from its own gate a passport is refused in any case.
  const owner = row.gate_id === null ? issuer : facts.gate(row.gate_id)
  if (owner !== undefined && stringList(owner.compromised_keys).includes(row.signing_key_id)) {
    return { reason: 'signing_key_compromised', detail: 'the key that signed the passport was compromised' }
  }
  return null
}
