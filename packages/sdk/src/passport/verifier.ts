import type { KeySet } from '@modei/protocol/passports/key-set'
import type { PassportVerification } from '@modei/protocol/passports/verification'
import { verifyPassport } from '@modei/protocol/passports/verify'

export interface VerifyOptions {
  /** The time to judge by; the clock's, if it is left out. */
  readonly now?: Date | number
  /** Keys of gates and issuers: `gateKeySet(document)`. Without them only self-rooted passports verify. */
  readonly keys?: KeySet
}

/** Verifies passports without a network: signatures, chain, size, grants and time. Revocation is the server's to know. */
export class PassportVerifier {
  /**
   * Never throws on any envelope or signature; the answer has the first reason.
   * @param envelope an envelope, or its JSON text
   * @param signature detached, in base64
   */
  verify(envelope: unknown, signature: unknown, options: VerifyOptions = {}): PassportVerification {
    const { now = Date.now(), keys } = options
    return verifyPassport(envelope, signature, { now: Number(now), ...(keys !== undefined && { keys }) })
  }
}
