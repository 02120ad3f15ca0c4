import { permissionCovers, type TrustTier, tierRank } from '@modei/protocol'
import { findForeignTerm, type PassportTerm } from './catalogs/terms.ts'
import type { RiskLevel } from './constraints/constraint.ts'

/** One step of verification, always reported; the first failure decides. */
export interface CheckItem {
  name: string
  result: 'pass' | 'fail' | 'skip'
  detail: string
  reason_code?: string
}

export interface Refusal {
  reason: string
  detail: string
}

/** A presented passport, as far as its bytes and the store's rows tell. */
export interface Credential {
  access_mode: 'passport' | 'self_issued'
  passport_id: string
  agent_id: string
  agent_name: string | null
  permissions: readonly string[]
  /** Prices, service levels and fees that it states; they count for nothing, and must be the catalog's. */
  terms: readonly PassportTerm[]
  /** The gate that issued it, or the root of its chain. */
  gate_id: string | null
  /** How the root of its chain was issued. */
  root: 'gate' | 'platform' | 'self'
  expires_at: string
  expires_at_ms: number
  tier: TrustTier
  /** Why its signatures or its form do not hold; null when they do. */
  malformed: Refusal | null
  /** Why it, an ancestor, its issuer or the key that signed it no longer counts; null when all stand. */
  revoked: Refusal | null
  /** Whether the presenter proved to hold the passport's key. */
  possession: 'proved' | 'absent' | Refusal
  catalog_pin: { version: number; content_hash: string } | null
}

export interface CatalogEntry {
  permission_key: string
  risk_level: RiskLevel
  min_trust_level: number
  constraints: Readonly<Record<string, unknown>>
}

/** The gate as the passport meets it. Null where a decision has no gate. */
export interface GateFacts {
  gate_id: string
  profile: 'L1' | 'L2' | 'L3'
  allow_self_issued: boolean
  /** Whether the passport's issuer is the workspace's own or among the gate's trusted ones. */
  issuer_accepted: boolean
  /** The catalog that applies: the pinned version, or the current one for self-issued passports. */
  catalog: CatalogFacts | null
}

export type CatalogFacts =
  | { known: false; version: number }
  | { known: true; version: number; content_hash: string; entry: CatalogEntry | null }

function pass(name: string, detail: string): CheckItem {
  return { name, result: 'pass', detail }
}

function fail(name: string, reason_code: string, detail: string): CheckItem {
  return { name, result: 'fail', reason_code, detail }
}

function skip(name: string, detail: string): CheckItem {
  return { name, result: 'skip', detail }
}

/** Whether the passport itself is good, permits the action, and is trusted by the gate. Reads no counters. */
export function checkCredential(
  credential: Credential,
  gate: GateFacts | null,
  action: string,
  now: number,
): CheckItem[] {
  return [
    credential.malformed === null
      ? pass('signature', 'signed by the key of its issuer')
      : fail('signature', credential.malformed.reason, credential.malformed.detail),
    now < credential.expires_at_ms
      ? pass('expiry', `valid until ${credential.expires_at}`)
      : fail('expiry', 'passport_expired', `the passport expired at ${credential.expires_at}`),
    credential.revoked === null
      ? pass('revocation', 'not revoked')
      : fail('revocation', credential.revoked.reason, credential.revoked.detail),
    checkIssuer(credential, gate),
    checkPossession(credential, gate),
    checkPin(credential, gate),
    checkPermission(credential, gate, action),
    checkTrust(credential, gate),
    checkTerms(credential, gate, action),
  ]
}

function checkIssuer(credential: Credential, gate: GateFacts | null): CheckItem {
  const name = 'issuer_trust'
  if (gate === null) {
    // A gate's passport is never judged without its gate; of the others, the workspace itself asked about this one.
    return credential.root === 'gate'
      ? fail(name, 'issuer_untrusted', 'a gate’s passport counts at its gate alone')
      : pass(name, 'no gate was asked to trust it')
  }
  if (credential.root === 'gate') {
    return credential.gate_id === gate.gate_id
      ? pass(name, 'issued by this gate')
      : fail(name, 'issuer_untrusted', 'the passport was issued by another gate')
  }
  if (credential.root === 'platform') {
    return gate.issuer_accepted
      ? pass(name, 'issued by a trusted issuer')
      : fail(name, 'issuer_untrusted', 'the gate does not trust the passport’s issuer')
  }
  return gate.profile === 'L1' && gate.allow_self_issued
    ? pass(name, 'the gate accepts self-issued passports')
    : fail(name, 'issuer_untrusted', 'the gate does not accept self-issued passports')
}

function checkPossession(credential: Credential, gate: GateFacts | null): CheckItem {
  const name = 'proof_of_possession'
  const { possession } = credential
  if (possession === 'proved') return pass(name, 'signed by the passport’s own key')
  if (possession !== 'absent') return fail(name, possession.reason, possession.detail)
  return gate?.profile === 'L3'
    ? fail(name, 'missing_assertion', 'an L3 gate needs an assertion by the passport’s own key')
    : skip(name, 'not required')
}

function checkPin(credential: Credential, gate: GateFacts | null): CheckItem {
  const name = 'catalog_pin'
  const pin = credential.catalog_pin
  if (pin === null) return skip(name, 'the passport is pinned to no catalog')
  const catalog = gate?.catalog ?? null
  if (catalog === null || !catalog.known || catalog.version !== pin.version) {
    return fail(name, 'catalog_version_unknown', `the gate published no catalog version ${pin.version}`)
  }
  return catalog.content_hash === pin.content_hash
    ? pass(name, `pinned to catalog version ${pin.version}`)
    : fail(name, 'catalog_pin_mismatch', `the passport’s hash of catalog version ${pin.version} is another`)
}

function checkPermission(credential: Credential, gate: GateFacts | null, action: string): CheckItem {
  const name = 'permission'
  if (!credential.permissions.some((granted) => permissionCovers(granted, action))) {
    return fail(name, 'permission_not_granted', `the passport does not grant \`${action}\``)
  }
  const catalog = gate?.catalog ?? null
  if (catalog !== null && (!catalog.known || catalog.entry === null)) {
    return fail(
      name,
      'permission_not_in_catalog',
      `\`${action}\` is not in catalog version ${catalog.version}`,
    )
  }
  return pass(name, `the passport grants \`${action}\``)
}

/** Level 1: any accepted passport. Level 2: tier L1 or better. Level 3: tier L2 or better, possession proved. */
function checkTrust(credential: Credential, gate: GateFacts | null): CheckItem {
  const name = 'trust_level'
  const catalog = gate?.catalog ?? null
  if (catalog === null || !catalog.known || catalog.entry === null) return skip(name, 'no catalog sets one')
  const level = catalog.entry.min_trust_level
  const rank = tierRank(credential.tier)
  const enough =
    level <= 1 ||
    (level === 2 && rank >= tierRank('L1')) ||
    (level === 3 && rank >= tierRank('L2') && credential.possession === 'proved')
  return enough
    ? pass(name, `tier ${credential.tier} meets trust level ${level}`)
    : fail(
        name,
        'trust_tier_insufficient',
        `the action needs trust level ${level}, the passport is of tier ${credential.tier}`,
      )
}

/** Terms come from the catalog alone: a passport may repeat them, and is refused when it says anything else. */
function checkTerms(credential: Credential, gate: GateFacts | null, action: string): CheckItem {
  const name = 'terms'
  if (credential.terms.length === 0) return skip(name, 'the passport states no terms')
  const catalog = gate?.catalog ?? null
  if (catalog === null || !catalog.known || catalog.entry === null) return skip(name, 'no catalog sets any')
  const foreign = findForeignTerm(credential.terms, action, catalog.entry.constraints)
  return foreign === undefined
    ? pass(name, `the terms are those of catalog version ${catalog.version}`)
    : fail(name, 'terms_mismatch', `\`${foreign.key}\` is not what catalog version ${catalog.version} says`)
}
