import { Caller } from '../caller.ts'
import type { CallOptions } from '../options.ts'
import type { PassportRegistered, SelfRevoke, SelfRevoked, SignedEnvelope } from '../wire.ts'

/** Calls about self-issued and delegated passports. None needs an API key. */
export class SelfIssuedCalls extends Caller {
  /** Registers a self-issued or delegated passport, so that its id is enough from now on. */
  registerPassport(passport: SignedEnvelope, options?: CallOptions): Promise<PassportRegistered> {
    return this.call('register_passport', { body: passport }, options)
  }

  /** Revokes such a passport, by a statement that its own key or an ancestor's has signed. */
  revokeSelfIssuedPassport(
    passportId: string,
    statement: SelfRevoke,
    options?: CallOptions,
  ): Promise<SelfRevoked> {
    const params = { passport_id: passportId }
    return this.call('revoke_self_issued_passport', { params, body: statement }, options)
  }
}
