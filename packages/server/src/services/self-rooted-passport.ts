import { type ConstraintInstance, type Credential, fromEnvelopePermissions, type Refusal } from '@modei/core'
import {
  type Envelope,
  type PassportVerification,
  parseTimestamp,
  sha256Hex,
  type TrustTier,
} from '@modei/protocol'
import type { LiveFacts } from '../store/store.ts'
import { issuedRevocation } from './issued-passport.ts'
import type { InstanceCache } from './own-constraints.ts'
import type { IssuedPassport } from './passport-cache.ts'
import type { Ancestor, PresentedPassport } from './presented-passport.ts'

/**
 * What counters and revocations of a passport go by that no server issued: its id and its identity key together,
 * so that nobody squats on an id by using it under another key.
 */
export function passportKey(envelope: Envelope): string {
  return `${envelope.passport_id}#${sha256Hex(envelope.identity.public_key).slice(0, 32)}`
}

export interface HeldPassport {
  envelope: Envelope
  /** The verdict over its signatures and chain, apart from time. */
  verification: PassportVerification
  /** The server-issued root of its chain, where it has one. */
  issued_root: IssuedPassport | undefined
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
  const revocationKeys = [...ownLinks.map(passportKey), key]
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
      passport_ids: root === undefined ? [] : [root.row.id],
      issuer_ids: typeof root?.row.issuer_id === 'string' ? [root.row.issuer_id] : [],
      revocation_keys: revocationKeys,
    },
    catalog_pin: pinOf(envelope),
    credential: (facts, possession) => credentialOf(held, revocationKeys, facts, possession),
    instances(_facts, action) {
      const known = own.get(action) ?? fromEnvelopePermissions(envelope.permissions, action)
      own.set(action, known)
      return known
    },
    constraint_version: () => 0,
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

function pinOf({ provenance }: Envelope): Credential['catalog_pin'] {
  const { catalog_version: version, catalog_content_hash: contentHash } = provenance
  return version === null || contentHash === null ? null : { version, content_hash: contentHash }
}

/** The tier is derived from the root; where the chain did not verify, the lowest is assumed. */
function tierOf({ verification }: HeldPassport): TrustTier {
  return verification.tier ?? 'L0'
}

function rootKind({ issued_root: root }: HeldPassport): Credential['root'] {
  if (root === undefined) return 'self'
  return root.row.gate_id === null ? 'platform' : 'gate'
}

function credentialOf(
  held: HeldPassport,
  revocationKeys: readonly string[],
  facts: LiveFacts,
  possession: Credential['possession'],
): Credential {
  const { envelope, verification, issued_root: root } = held
  return {
    access_mode: root === undefined ? 'self_issued' : 'passport',
    passport_id: envelope.passport_id,
    agent_id: envelope.identity.agent_id,
    agent_name: envelope.identity.agent_name,
    permissions: envelope.permissions.map(({ permission_key }) => permission_key),
    gate_id: root?.row.gate_id ?? null,
    root: rootKind(held),
    expires_at: envelope.provenance.expires_at,
    expires_at_ms: parseTimestamp(envelope.provenance.expires_at) ?? 0,
    tier: tierOf(held),
    malformed: verification.valid ? null : { reason: verification.reason_code, detail: verification.detail },
    revoked: lineRevocation(root, revocationKeys, facts),
    possession,
    catalog_pin: pinOf(envelope),
  }
}

function lineRevocation(
  root: IssuedPassport | undefined,
  revocationKeys: readonly string[],
  facts: LiveFacts,
): Refusal | null {
  const above = root === undefined ? null : issuedRevocation(root, facts)
  if (above !== null) return above
  return revocationKeys.some((key) => facts.revokedAt(key) !== undefined)
    ? { reason: 'passport_revoked', detail: 'the passport, or one above it, was revoked by its holder' }
    : null
}
