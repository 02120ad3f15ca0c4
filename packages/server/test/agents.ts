import { randomBytes } from 'node:crypto'
import {
  type ActionAssertion,
  buildDelegatedEnvelope,
  buildSelfIssuedEnvelope,
  decodeBase64Strict,
  type Envelope,
  encodeBase64,
  formatTimestamp,
  type PassportPermission,
  parseEnvelope,
  publicKeyFromSeed,
  type RevokeAssertion,
  type SignedAssertion,
  signAssertion,
  signEnvelope,
} from '@modei/protocol'

/** A key pair of an agent. */
export interface Agent {
  seed: Uint8Array
  public_key: string
}

/** A passport with the key of the agent that holds it. */
export interface HeldPassport {
  agent: Agent
  envelope: Envelope
  signature: string
  id: string
}

export function makeAgent(seed: Uint8Array = randomBytes(32)): Agent {
  return { seed, public_key: encodeBase64(publicKeyFromSeed(seed)) }
}

export interface Claims {
  permissions?: readonly (string | PassportPermission)[]
  /** On every permission that is given as a bare name. */
  constraints?: PassportPermission['constraints']
  name?: string | null
  issuedAt?: number
  expiresAt?: number
  /** Whether the holder may delegate further. */
  authority?: boolean
  /** 32 hex digits. */
  id?: string
}

function permissionsOf({ permissions = ['buy'], constraints = {} }: Claims): PassportPermission[] {
  return permissions.map((permission) =>
    typeof permission === 'string' ? { permission_key: permission, constraints } : permission,
  )
}

const HOUR = 3_600_000

/** A passport that an agent issues to itself, valid for an hour. */
export function selfIssue(agent: Agent = makeAgent(), claims: Claims = {}): HeldPassport {
  const issuedAt = claims.issuedAt ?? Date.now()
  const envelope = buildSelfIssuedEnvelope({
    passportId: claims.id ?? randomBytes(16).toString('hex'),
    identityClaim: claims.name === undefined ? 'agent' : claims.name,
    publicKey: agent.public_key,
    permissions: permissionsOf(claims),
    issuedAt,
    expiresAt: claims.expiresAt ?? issuedAt + HOUR,
    delegationAuthority: claims.authority ?? true,
  })
  return sealed(agent, envelope, agent.seed)
}

/** A passport that the holder of `parent` gives to another agent. */
export function delegate(
  parent: HeldPassport,
  agent: Agent = makeAgent(),
  claims: Claims = {},
): HeldPassport {
  const built = buildDelegatedEnvelope(parent, {
    passportId: claims.id ?? randomBytes(16).toString('hex'),
    identityClaim: claims.name === undefined ? 'child' : claims.name,
    publicKey: agent.public_key,
    permissions: childPermissions(parent, claims),
    issuedAt: claims.issuedAt ?? Date.now(),
    expiresAt: claims.expiresAt,
    delegationAuthority: claims.authority ?? true,
  })
  if (!built.ok) throw new Error(built.refusal.detail)
  return sealed(agent, built.envelope, parent.agent.seed)
}

function childPermissions({ envelope }: HeldPassport, claims: Claims): readonly PassportPermission[] {
  const { permissions, constraints } = claims
  if (permissions === undefined && constraints === undefined) return envelope.permissions
  const names = permissions ?? envelope.permissions.map(({ permission_key }) => permission_key)
  return permissionsOf({ ...claims, permissions: names })
}

function sealed(agent: Agent, envelope: Envelope, seed: Uint8Array): HeldPassport {
  const { signature } = signEnvelope(envelope, seed)
  return { agent, envelope, signature, id: envelope.passport_id }
}

/** Changes an envelope and signs it again, as a dishonest holder would. */
export function forge(
  held: HeldPassport,
  change: (draft: Envelope) => Envelope,
  signer = held.agent,
): HeldPassport {
  return sealed(held.agent, change(held.envelope), signer.seed)
}

/** A passport that the server issued and whose agent key it made. */
export function heldFromAnswer(body: {
  passport_json: string
  signature: string
  agent_private_key: string
}): HeldPassport {
  const parsed = parseEnvelope(body.passport_json)
  if (!parsed.ok) throw new Error(parsed.detail)
  const seed = decodeBase64Strict(body.agent_private_key)
  if (seed === undefined) throw new Error('no agent key')
  const { envelope } = parsed
  return { agent: makeAgent(seed), envelope, signature: body.signature, id: envelope.passport_id }
}

/** As requests carry a passport. */
export function inline({ envelope, signature }: HeldPassport) {
  return { passport_json: envelope, signature }
}

export interface Asserted {
  gate_id: string | null
  action: string
  target?: string
  cost_cents?: number
  nonce?: string
  timestamp?: string | number
}

/** Proof that the holder makes one request. */
export function assertion(held: HeldPassport, asserted: Asserted): SignedAssertion<ActionAssertion> {
  const said = { nonce: nonce(), timestamp: formatTimestamp(Date.now()), ...asserted }
  return signAssertion({ passport_id: held.id, ...said }, held.agent.seed)
}

/** A holder's word that a passport is revoked: its own, or one below it. */
export function revocation(
  signer: Agent,
  passportId: string,
  said: Partial<RevokeAssertion> = {},
): SignedAssertion<RevokeAssertion> {
  const revokedAt = formatTimestamp(Date.now())
  return signAssertion(
    { passport_id: passportId, action: 'revoke', nonce: nonce(), revoked_at: revokedAt, ...said },
    signer.seed,
  )
}

export function nonce(): string {
  return randomBytes(12).toString('hex')
}
