import {
  buildSelfIssuedEnvelope,
  type SignedPassport,
  signEnvelopeWith,
} from '@modei/protocol/passports/issue'
import type { JsonValue } from '@modei/protocol/passports/json'
import type { AgentCredentials } from './agent-credentials.ts'
import { type Expiry, readExpiry } from './expiry.ts'
import { type PermissionGrant, readGrants } from './permissions.ts'
import { randomUuidHex } from './random.ts'

export interface PassportIssuerOptions {
  /** `identity.agent_name` of every passport. A server registers no passport without one. */
  readonly identityClaim?: string | null
  /** The clock, in Unix milliseconds. */
  readonly now?: () => number
}

export type SelfIssueOptions = Expiry & {
  readonly permissions: readonly PermissionGrant[]
  /** Whether the holder may give part of it to others. Default false. */
  readonly delegationAuthority?: boolean
  readonly verificationEvidence?: readonly JsonValue[]
}

/** Issues passports that an agent signs with its own key. */
export class PassportIssuer {
  readonly #credentials: AgentCredentials
  readonly #identityClaim: string | null
  readonly #now: () => number

  constructor(credentials: AgentCredentials, options: PassportIssuerOptions = {}) {
    this.#credentials = credentials
    this.#identityClaim = options.identityClaim ?? null
    this.#now = options.now ?? Date.now
  }

  /**
   * A new signed passport. Throws a `RangeError` beginning with `envelope_too_large` over the size limit, a
   * `CanonicalizationError` for values that JSON cannot say and a `TypeError` for other misuse.
   */
  selfIssue(options: SelfIssueOptions): SignedPassport {
    const issuedAt = this.#now()
    const envelope = buildSelfIssuedEnvelope({
      passportId: randomUuidHex(),
      publicKey: this.#credentials.publicKeyB64,
      identityClaim: this.#identityClaim,
      permissions: readGrants(options.permissions),
      issuedAt,
      expiresAt: readExpiry(options, issuedAt),
      delegationAuthority: options.delegationAuthority ?? false,
      verificationEvidence: options.verificationEvidence ?? [],
    })
    return signEnvelopeWith(envelope, (message) => this.#credentials.sign(message))
  }
}
