import { Caller } from '../caller.ts'
import type { CallOptions } from '../options.ts'
import type { Approval, ApprovalResolve, Calls, ListApprovalsQuery } from '../wire.ts'

/** Calls of those who supervise agents. */
export class ApprovalCalls extends Caller {
  /** Lists held actions and what became of them, newest first. */
  listApprovals(query?: ListApprovalsQuery, options?: CallOptions): Promise<Approval[]> {
    return this.call('list_approvals', { query }, options)
  }

  /** Like `listApprovals`, page after page. */
  iterApprovals(
    query?: ListApprovalsQuery,
    options?: CallOptions,
  ): AsyncGenerator<Approval, void, undefined> {
    return this.iterate('list_approvals', { query }, options)
  }

  getApproval(approvalId: string, options?: CallOptions): Promise<Approval> {
    return this.call('get_approval', { params: { approval_id: approvalId } }, options)
  }

  /** Approves a held action: the same request, with its `approval_request_id`, may then pass once. */
  approveAction(approvalId: string, body?: ApprovalResolve, options?: CallOptions): Promise<Approval> {
    return this.call('approve_action', { params: { approval_id: approvalId }, body }, options)
  }

  /** Denies a held action and releases what it reserved. */
  denyAction(approvalId: string, body?: ApprovalResolve, options?: CallOptions): Promise<Approval> {
    return this.call('deny_action', { params: { approval_id: approvalId }, body }, options)
  }

  /** Reports that the supervisor is alive, for passports that fail closed without one. */
  sendSupervisionHeartbeat(options?: CallOptions): Promise<Calls['send_supervision_heartbeat']['answers']> {
    return this.call('send_supervision_heartbeat', {}, options)
  }
}
