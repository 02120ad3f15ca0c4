import { Caller } from '../caller.ts'
import type { CallOptions } from '../options.ts'
import type {
  IssuerPassportIssue,
  IssuerPassportSubmit,
  ListPassportsQuery,
  ListPlatformPassportsQuery,
  Passport,
  PassportIssue,
  PassportReissue,
  PassportRevoked,
  PassportVerification,
  ReissueResult,
  SignedEnvelope,
} from '../wire.ts'

/** Calls about passports that a gate or an issuer signs. */
export class PassportCalls extends Caller {
  /** Lists a gate's passports, newest first; the active ones unless `status` says otherwise. */
  listPassports(gateId: string, query?: ListPassportsQuery, options?: CallOptions): Promise<Passport[]> {
    return this.call('list_passports', { params: { gate_id: gateId }, query }, options)
  }

  /** Like `listPassports`, page after page. */
  iterPassports(
    gateId: string,
    query?: ListPassportsQuery,
    options?: CallOptions,
  ): AsyncGenerator<Passport, void, undefined> {
    return this.iterate('list_passports', { params: { gate_id: gateId }, query }, options)
  }

  getPassport(gateId: string, passportId: string, options?: CallOptions): Promise<Passport> {
    return this.call('get_passport', { params: { gate_id: gateId, passport_id: passportId } }, options)
  }

  /** Issues a passport signed by a gate's key. */
  issuePassport(gateId: string, passport: PassportIssue, options?: CallOptions): Promise<Passport> {
    return this.call('issue_passport', { params: { gate_id: gateId }, body: passport }, options)
  }

  /** Revokes a passport of a gate; the next decision everywhere refuses it. */
  revokePassport(gateId: string, passportId: string, options?: CallOptions): Promise<PassportRevoked> {
    return this.call('revoke_passport', { params: { gate_id: gateId, passport_id: passportId } }, options)
  }

  /** Replaces a passport by one that is pinned to another catalog version; its counters carry over. */
  reissuePassport(passportId: string, body?: PassportReissue, options?: CallOptions): Promise<ReissueResult> {
    return this.call('reissue_passport', { params: { passport_id: passportId }, body }, options)
  }

  /** Lists the passports of the workspace's issuers, newest first. */
  listPlatformPassports(query?: ListPlatformPassportsQuery, options?: CallOptions): Promise<Passport[]> {
    return this.call('list_platform_passports', { query }, options)
  }

  /** Like `listPlatformPassports`, page after page. */
  iterPlatformPassports(
    query?: ListPlatformPassportsQuery,
    options?: CallOptions,
  ): AsyncGenerator<Passport, void, undefined> {
    return this.iterate('list_platform_passports', { query }, options)
  }

  /** Issues a passport signed by an issuer, or hands in one that the issuer signed with a key of its own. */
  createPassport(
    passport: IssuerPassportIssue | IssuerPassportSubmit,
    options?: CallOptions,
  ): Promise<Passport> {
    return this.call('create_passport', { body: passport }, options)
  }

  /** One passport of the workspace, whoever issued it. */
  getPlatformPassport(passportId: string, options?: CallOptions): Promise<Passport> {
    return this.call('get_platform_passport', { params: { passport_id: passportId } }, options)
  }

  /** Revokes a passport of the workspace, whoever issued it; the next decision everywhere refuses it. */
  revokePlatformPassport(passportId: string, options?: CallOptions): Promise<PassportRevoked> {
    return this.call('revoke_platform_passport', { params: { passport_id: passportId } }, options)
  }

  /** Verifies an envelope: signature, chain, expiry and revocation, without asking what it may do. */
  verifyPassport(passport: SignedEnvelope, options?: CallOptions): Promise<PassportVerification> {
    return this.call('verify_passport', { body: passport }, options)
  }
}
