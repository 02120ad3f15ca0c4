import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { decodeCursor } from '../http/page.ts'
import { spell } from '../http/render.ts'
import * as approvals from '../services/approvals.ts'
import { resolveApproval } from '../services/resolve-approval.ts'
import type { Services } from '../services/services.ts'
import { sendSupervisionHeartbeat } from '../services/supervision.ts'

export function approvalRoutes(api: Api, services: Services): void {
  mount(
    api,
    operations.list_approvals,
    ({ caller, query }) =>
      approvals.listApprovals(services, caller, query, query.limit ?? 100, decodeCursor(query.cursor)),
    { render: (rows, version) => rows.map((row) => spell('enforce', row, version)) },
  )
  mount(
    api,
    operations.get_approval,
    ({ caller, params }) => approvals.getApproval(services, caller, params.approval_id),
    { render: (row, version) => spell('enforce', row, version) },
  )
  mount(
    api,
    operations.approve_action,
    ({ caller, params, body, idempotency }) =>
      resolveApproval(services, caller, params.approval_id, 'approved', body.note, idempotency),
    { render: (row, version) => spell('enforce', row, version) },
  )
  mount(
    api,
    operations.deny_action,
    ({ caller, params, body, idempotency }) =>
      resolveApproval(services, caller, params.approval_id, 'denied', body.note, idempotency),
    { render: (row, version) => spell('enforce', row, version) },
  )
  mount(api, operations.send_supervision_heartbeat, ({ caller }) =>
    sendSupervisionHeartbeat(services, caller),
  )
}
