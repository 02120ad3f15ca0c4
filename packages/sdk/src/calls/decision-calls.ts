import { Caller } from '../caller.ts'
import type { CallOptions } from '../options.ts'
import type {
  CheckRequest,
  CheckResult,
  DryRunRequest,
  DryRunResult,
  EnforcementAttestation,
  EnforceRequest,
  EnforceResult,
  ListEnforcementAttestationsQuery,
  VerifyResult,
} from '../wire.ts'

/** Calls that decide, and the records of what the constraints decided. A refusal is an answer and never an error. */
export class DecisionCalls extends Caller {
  /**
   * Checks whether a passport is valid at a gate and carries a permission. Self-issued passports, chains rooted in
   * one, and anonymous callers need no key.
   */
  checkGate(gateId: string, request: CheckRequest, options?: CallOptions): Promise<CheckResult> {
    return this.call('check_gate', { params: { gate_id: gateId }, body: request }, options)
  }

  /** Answers what check and enforce would answer, recording nothing and moving no counter. */
  authorizeDryRun(request: DryRunRequest, options?: CallOptions): Promise<DryRunResult> {
    return this.call('authorize_dry_run', { body: request }, options)
  }

  /** Decides whether a passport may perform an action now, within its constraints, and records the decision. */
  enforceAction(request: EnforceRequest, options?: CallOptions): Promise<EnforceResult> {
    return this.call('enforce_action', { body: request }, options)
  }

  /** Lists the enforcement decisions about a passport, newest first. */
  listEnforcementAttestations(
    passportId: string,
    query?: ListEnforcementAttestationsQuery,
    options?: CallOptions,
  ): Promise<EnforcementAttestation[]> {
    return this.call('list_enforcement_attestations', { params: { passport_id: passportId }, query }, options)
  }

  /** Like `listEnforcementAttestations`, page after page. */
  iterEnforcementAttestations(
    passportId: string,
    query?: ListEnforcementAttestationsQuery,
    options?: CallOptions,
  ): AsyncGenerator<EnforcementAttestation, void, undefined> {
    const params = { passport_id: passportId }
    return this.iterate('list_enforcement_attestations', { params, query }, options)
  }

  getEnforcementAttestation(attestationId: string, options?: CallOptions): Promise<EnforcementAttestation> {
    return this.call('get_enforcement_attestation', { params: { attestation_id: attestationId } }, options)
  }

  /** Lets the server verify the signature of an enforcement decision and its place in the chain. */
  verifyEnforcementAttestation(attestationId: string, options?: CallOptions): Promise<VerifyResult> {
    return this.call('verify_enforcement_attestation', { params: { attestation_id: attestationId } }, options)
  }
}
