import { z } from 'zod'
import {
  Approval,
  ApprovalListQuery,
  ApprovalParams,
  ApprovalResolve,
  SupervisionHeartbeat,
  SupervisionHeartbeatResult,
} from '../schemas/approvals.ts'
import { operation } from './operation.ts'

const resource = 'approvals'

export const listApprovals = operation('list_approvals', {
  resource,
  summary: 'List held actions and what became of them, newest first.',
  access: { scope: 'approvals:read' },
  effect: 'read',
  retry: 'safe',
  query: ApprovalListQuery,
  response: z.array(Approval),
  paged: true,
})

export const getApproval = operation('get_approval', {
  resource,
  summary: 'Get one held action.',
  access: { scope: 'approvals:read' },
  effect: 'read',
  retry: 'safe',
  params: ApprovalParams,
  response: Approval,
})

export const approveAction = operation('approve_action', {
  resource,
  summary: 'Approve a held action: the same request may then pass once.',
  access: { scope: 'approvals:write' },
  effect: 'write',
  retry: 'with_key',
  params: ApprovalParams,
  body: ApprovalResolve,
  bodyOptional: true,
  response: Approval,
  errors: [409],
})

export const denyAction = operation('deny_action', {
  resource,
  summary: 'Deny a held action and release what it reserved.',
  access: { scope: 'approvals:write' },
  effect: 'write',
  retry: 'with_key',
  params: ApprovalParams,
  body: ApprovalResolve,
  bodyOptional: true,
  response: Approval,
  errors: [409],
})

export const sendSupervisionHeartbeat = operation('send_supervision_heartbeat', {
  resource,
  summary: 'Report that the supervisor of the workspace is alive, for passports that fail closed without it.',
  access: { scope: 'approvals:write' },
  effect: 'write',
  retry: 'safe',
  body: SupervisionHeartbeat,
  bodyOptional: true,
  response: SupervisionHeartbeatResult,
})
