import { buildDelegatedEnvelope, clampExpiry } from '@modei/protocol/passports/delegate'
import type { Envelope } from '@modei/protocol/passports/envelope'
import { type SignedPassport, signEnvelopeWith } from '@modei/protocol/passports/issue'
import type { JsonValue } from '@modei/protocol/passports/json'
import { parseEnvelope } from '@modei/protocol/passports/parse-envelope'
import { parseAnsweredTimestamp } from '@modei/protocol/time'
import type { AgentCredentials } from './agent-credentials.ts'
import { DelegationError, delegationErrorOf } from './errors.ts'
import { type Expiry, readExpiry } from './expiry.ts'
import { type PermissionGrant, readGrants } from './permissions.ts'
import { randomUuidHex } from './random.ts'

/** A passport as it was issued here, or as a server answered it. */
export type ParentPassport =
  | Pick<SignedPassport, 'envelope' | 'signature'>
  | { readonly passport_json: Envelope | string; readonly signature: string }

export interface DelegationBuilderOptions {
  readonly parent: ParentPassport
  /** The key pair of the parent's holder, which signs the child. */
  readonly parentCredentials: AgentCredentials
  /** The clock, in Unix milliseconds. */
  readonly now?: () => number
}

/** Gives part of a passport to another agent. Every step may be taken again; the last one counts. */
export class DelegationBuilder {
  readonly #parent: { readonly envelope: Envelope; readonly signature: string }
  readonly #parentCredentials: AgentCredentials
  readonly #now: () => number
  #child: AgentCredentials | string | undefined
  #permissions: readonly PermissionGrant[] | undefined
  #expiresAt: number | undefined
  #expiryWasClamped = false
  #identityClaim: string | null = null
  #delegationAuthority = false
  #verificationEvidence: readonly JsonValue[] = []

  /** Throws a {@link DelegationError} when the parent is no envelope or the credentials are not those of its holder. */
  constructor({ parent, parentCredentials, now = Date.now }: DelegationBuilderOptions) {
    const parsed = parseEnvelope('envelope' in parent ? parent.envelope : parent.passport_json)
    if (!parsed.ok) throw new DelegationError(parsed.reason_code, parsed.detail)
    if (parsed.envelope.identity.public_key !== parentCredentials.publicKeyB64) {
      throw new DelegationError(
        'parent_key_mismatch',
        'the credentials are not those of the holder of the parent',
      )
    }
    this.#parent = { envelope: parsed.envelope, signature: parent.signature }
    this.#parentCredentials = parentCredentials
    this.#now = now
  }

  /** Who gets the passport: a key pair, or the base64 public key of an agent that keeps its own. Required. */
  authorize(child: AgentCredentials | string): this {
    this.#child = child
    return this
  }

  /** What the child may do. Required: nothing is inherited silently. */
  withPermissions(permissions: readonly PermissionGrant[]): this {
    this.#permissions = permissions
    return this
  }

  /** When the child ends, cut to the end of its parent, which is also the default. */
  withExpiry(expiry: Expiry): this {
    const { expires_at, wasClamped } = clampExpiry(this.#parent.envelope, readExpiry(expiry, this.#now()))
    this.#expiresAt = parseAnsweredTimestamp(expires_at)
    this.#expiryWasClamped = wasClamped
    return this
  }

  withIdentityClaim(identityClaim: string | null): this {
    this.#identityClaim = identityClaim
    return this
  }

  /** Whether the child may delegate further. Default false. */
  withDelegationAuthority(value: boolean): this {
    this.#delegationAuthority = value
    return this
  }

  withVerificationEvidence(evidence: readonly JsonValue[]): this {
    this.#verificationEvidence = evidence
    return this
  }

  /** The end that was set, after cutting; null before `withExpiry`. */
  get effectiveExpiresAt(): Date | null {
    return this.#expiresAt === undefined ? null : new Date(this.#expiresAt)
  }

  /** Whether `withExpiry` asked for more than the chain allows. */
  get expiryWasClamped(): boolean {
    return this.#expiryWasClamped
  }

  /** Signs the child, after judging it by the verifier's own rules. Throws a {@link DelegationError}. */
  sign(): SignedPassport {
    const child = this.#child
    if (child === undefined) throw new DelegationError('delegation_incomplete', 'call `authorize` first')
    if (this.#permissions === undefined) {
      throw new DelegationError('delegation_incomplete', 'call `withPermissions` first')
    }
    const built = buildDelegatedEnvelope(this.#parent, {
      passportId: randomUuidHex(),
      publicKey: typeof child === 'string' ? child : child.publicKeyB64,
      identityClaim: this.#identityClaim,
      permissions: readGrants(this.#permissions),
      issuedAt: this.#now(),
      expiresAt: this.#expiresAt,
      delegationAuthority: this.#delegationAuthority,
      verificationEvidence: this.#verificationEvidence,
    })
    if (!built.ok) throw delegationErrorOf(built.refusal)
    return signEnvelopeWith(built.envelope, (message) => this.#parentCredentials.sign(message))
  }
}
