import {
  type ConstraintInstance,
  type Credential,
  fromEnvelopePermissions,
  type Refusal,
  termsOf,
} from '@modei/core'
import { type Envelope, parseTimestamp, sha256Hex } from '@modei/protocol'
import { type LiveFacts, NO_READS } from '../store/store.ts'
import { issuedReads, issuedRevocation, type RevocationFacts } from './issued-passport.ts'
import type { InstanceCache } from './own-constraints.ts'
import type { IssuedPassport } from './passport-cache.ts'
import type { Ancestor, PresentedPassport } from './presented-passport.ts'
import type { HeldPassport } from './verify-held.ts'

/**
 * What counters and revocations of a passport go by that no server issued: its id and its identity key together,
 * so that nobody squats on an id by using it under another key.
 */
export function passportKey(envelope: Envelope): string {
  return `${envelope.passport_id}#${sha256Hex(envelope.identity.public_key).slice(0, 32)}`
}

/** A self-issued or delegated passport: its bytes say what it grants, the store says what was revoked. */
export function presentHeld(held: HeldPassport, instances: InstanceCache): PresentedPassport {
  const { envelope, issued_root: root } = held
  const links = (envelope.provenance.delegation_chain ?? []).map((link) => link.passport_json)
  const ownLinks = root === undefined ? links : links.slice(1)
  const ancestors: Ancestor[] = [
    ...(root === undefined ? [] : [issuedAncestor(root, instances)]),
    ...ownLinks.map(heldAncestor),
  ]
  const key = passportKey(envelope)
  const own = new Map<string, readonly ConstraintInstance[]>()
  return {
    access_mode: root === undefined ? 'self_issued' : 'passport',
    passport_id: envelope.passport_id,
    agent_id: envelope.identity.agent_id,
    identity_key: envelope.identity.public_key,
    gate_id: root?.row.gate_id ?? null,
    workspace_id: root?.row.workspace_id ?? null,
    self_rooted: root === undefined,
    sequence_key: key,
    counter_key: key,
    ancestors,
    reads: {
      ...(root === undefined ? NO_READS : issuedReads(root.row)),
      revocation_keys: revocationKeysOf(held),
    },
    catalog_pin: pinOf(held),
    credential: (facts, possession) => credentialOf(held, facts, possession),
    instances(_facts, action) {
      const known = own.get(action) ?? fromEnvelopePermissions(envelope.permissions, action)
      own.set(action, known)
      return known
    },
    // Its own constraints are signed and never change; those set on a root that the server issued may.
    constraint_version: (facts) =>
      root === undefined ? 0 : (facts.passport(root.row.id)?.constraint_version ?? 0),
    issuer:
      typeof root?.row.issuer_id === 'string'
        ? { issuer_id: root.row.issuer_id, workspace_id: root.row.workspace_id }
        : null,
  }
}

function issuedAncestor(root: IssuedPassport, instances: InstanceCache): Ancestor {
  return {
    counter_key: root.row.counter_key,
    instances(facts, action) {
      const live = facts.passport(root.row.id)
      // A root without a row cannot be judged; the credential is refused as revoked before this matters.
      if (live === undefined) return []
      return instances
        .of(root, live, action)
        .map((instance) => ({ ...instance, source: 'ancestor' as const }))
    },
  }
}

function heldAncestor(envelope: Envelope): Ancestor {
  return {
    counter_key: passportKey(envelope),
    instances: (_facts, action) => fromEnvelopePermissions(envelope.permissions, action, 'ancestor'),
  }
}

/** A pin is a promise of the gate that issued the root. One that its holder wrote would choose the holder's terms. */
function pinOf({ envelope, issued_root: root }: HeldPassport): Credential['catalog_pin'] {
  if (root === undefined) return null
  const { catalog_version: version, catalog_content_hash: contentHash } = envelope.provenance
  return version === null || contentHash === null ? null : { version, content_hash: contentHash }
}

function rootKind({ issued_root: root }: HeldPassport): Credential['root'] {
  if (root === undefined) return 'self'
  return root.row.gate_id === null ? 'platform' : 'gate'
}

function credentialOf(
  held: HeldPassport,
  facts: LiveFacts,
  possession: Credential['possession'],
): Credential {
  const { envelope, tier, issued_root: root } = held
  return {
    access_mode: root === undefined ? 'self_issued' : 'passport',
    passport_id: envelope.passport_id,
    agent_id: envelope.identity.agent_id,
    agent_name: envelope.identity.agent_name,
    permissions: envelope.permissions.map(({ permission_key }) => permission_key),
    terms: termsOf(envelope.permissions),
    gate_id: root?.row.gate_id ?? null,
    root: rootKind(held),
    expires_at: envelope.provenance.expires_at,
    expires_at_ms: parseTimestamp(envelope.provenance.expires_at) ?? 0,
    tier,
    malformed: null,
    revoked: lineRevocation(held, facts),
    possession,
    catalog_pin: pinOf(held),
  }
}

/** The keys by which revocations of a passport, and of everything above it that no server issued, are found. */
export function revocationKeysOf({ envelope, issued_root: root }: HeldPassport): string[] {
  const links = (envelope.provenance.delegation_chain ?? []).map((link) => passportKey(link.passport_json))
  return [...(root === undefined ? links : links.slice(1)), passportKey(envelope)]
}

/** Why a line of delegation no longer counts: any member of it that was revoked ends all below. */
export function lineRevocation(held: HeldPassport, facts: RevocationFacts): Refusal | null {
  const { issued_root: root } = held
  const above = root === undefined ? null : issuedRevocation(root, facts)
  if (above !== null) return above
  return revocationKeysOf(held).some((key) => facts.revokedAt(key) !== undefined)
    ? { reason: 'passport_revoked', detail: 'the passport, or one above it, was revoked by its holder' }
    : null
}
