import { readFileSync } from 'node:fs'
import { encodeBase64 } from '../src/crypto/base64.ts'
import { publicKeyFromSeed } from '../src/crypto/ed25519.ts'
import { sha256, sha256Hex } from '../src/crypto/sha256.ts'
import { utf8Bytes } from '../src/crypto/utf8.ts'
import { buildDelegatedEnvelope, type DelegationClaims } from '../src/passports/delegate.ts'
import type { PassportPermission } from '../src/passports/envelope.ts'
import {
  buildGateEnvelope,
  buildSelfIssuedEnvelope,
  type PassportClaims,
  type SignedPassport,
  signEnvelope,
} from '../src/passports/issue.ts'

export const ISSUED_AT = Date.UTC(2026, 3, 22)
export const EXPIRES_AT = Date.UTC(2026, 4, 22)
export const NOW = Date.UTC(2026, 4, 1)

/** Reads `vectors/passports/<name>`. */
export function loadVectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../../vectors/passports/${name}`, import.meta.url), 'utf8'))
}

/** The fixed key of a named holder; the vectors use the same ones. */
export function seedOf(holder: string): Uint8Array {
  return sha256(utf8Bytes(`modei passport vector ${holder}`))
}

export function publicKeyOf(holder: string): string {
  return encodeBase64(publicKeyFromSeed(seedOf(holder)))
}

export function hexIdOf(name: string): string {
  return sha256Hex(`modei passport id ${name}`).slice(0, 32)
}

export function grant(
  permission_key = 'flights:book',
  constraints: PassportPermission['constraints'] = {},
): PassportPermission {
  return { permission_key, constraints }
}

/** A passport that `holder` issues to itself. */
export function selfIssued(holder = 'root', claims: Partial<PassportClaims> = {}): SignedPassport {
  const envelope = buildSelfIssuedEnvelope({
    passportId: hexIdOf(holder),
    identityClaim: `${holder}@agents.example`,
    publicKey: publicKeyOf(holder),
    permissions: [grant()],
    issuedAt: ISSUED_AT,
    expiresAt: EXPIRES_AT,
    ...claims,
  })
  return signEnvelope(envelope, seedOf(holder))
}

export const GATE_KEYS = {
  gate_id: 'gate_vectors',
  signing_keys: [{ key_id: 'sk_gate00000001', public_key: publicKeyOf('gate'), status: 'active' }],
}

/** A passport that the gate of the vectors issues. */
export function gateIssued(holder = 'root', claims: Partial<PassportClaims> = {}): SignedPassport {
  const envelope = buildGateEnvelope({
    passportId: `pp_${hexIdOf(`gate ${holder}`)}`,
    agentId: 'agent-1',
    agentName: null,
    issuer: { type: 'gate', id: 'gate_vectors', key_id: 'sk_gate00000001' },
    catalog: { version: 3, content_hash: sha256Hex('catalog') },
    publicKey: publicKeyOf(holder),
    permissions: [grant()],
    issuedAt: ISSUED_AT,
    expiresAt: EXPIRES_AT,
    ...claims,
  })
  return signEnvelope(envelope, seedOf('gate'))
}

/** What `parent`, held by `parentHolder`, becomes for `holder`. Throws when it may not. */
export function delegate(
  parent: SignedPassport,
  parentHolder: string,
  holder: string,
  claims: Partial<DelegationClaims> = {},
): SignedPassport {
  const built = buildDelegatedEnvelope(parent, {
    passportId: hexIdOf(holder),
    identityClaim: `${holder}@agents.example`,
    publicKey: publicKeyOf(holder),
    permissions: [grant()],
    issuedAt: ISSUED_AT,
    ...claims,
  })
  if (!built.ok) throw new Error(built.refusal.detail)
  return signEnvelope(built.envelope, seedOf(parentHolder))
}

/** A leaf below `depth` links, held by `agent<depth>`; only the leaf may not delegate. */
export function chainOf(depth: number, root?: SignedPassport): SignedPassport {
  let passport = root ?? selfIssued('root', { delegationAuthority: depth > 0 })
  for (let level = 1; level <= depth; level += 1) {
    const parentHolder = level === 1 ? 'root' : `agent${level - 1}`
    passport = delegate(passport, parentHolder, `agent${level}`, { delegationAuthority: level < depth })
  }
  return passport
}
