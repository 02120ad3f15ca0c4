import { Caller } from '../caller.ts'
import type { CallOptions } from '../options.ts'
import type { AnonymousLogEntry, AnonymousPolicy, AnonymousPolicySet, PageQuery } from '../wire.ts'

/** Calls about callers without a passport. */
export class AnonymousCalls extends Caller {
  /** What callers without a passport may do at a gate. */
  getAnonymousPolicy(gateId: string, options?: CallOptions): Promise<AnonymousPolicy> {
    return this.call('get_anonymous_policy', { params: { gate_id: gateId } }, options)
  }

  /** Sets what callers without a passport may do at a gate; what is left out keeps its value. */
  setAnonymousPolicy(
    gateId: string,
    policy: AnonymousPolicySet,
    options?: CallOptions,
  ): Promise<AnonymousPolicy> {
    return this.call('set_anonymous_policy', { params: { gate_id: gateId }, body: policy }, options)
  }

  /** Lists the checks of callers without a passport, newest first. */
  getAnonymousLog(gateId: string, query?: PageQuery, options?: CallOptions): Promise<AnonymousLogEntry[]> {
    return this.call('get_anonymous_log', { params: { gate_id: gateId }, query }, options)
  }

  /** Like `getAnonymousLog`, page after page. */
  iterAnonymousLog(
    gateId: string,
    query?: PageQuery,
    options?: CallOptions,
  ): AsyncGenerator<AnonymousLogEntry, void, undefined> {
    return this.iterate('get_anonymous_log', { params: { gate_id: gateId }, query }, options)
  }
}
