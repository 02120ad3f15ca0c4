import { z } from 'zod'
import { Count, id, OpenObject, optional, PageQuery, Timestamp, text } from './common.ts'

export const ApprovalParams = z.strictObject({ approval_id: id('approval') })

export const ApprovalStatus = z
  .enum(['pending', 'approved', 'denied', 'expired', 'used'])
  .describe('`expired`: nobody resolved it in time, or its approval was not used in time')

export const Approval = z
  .object({
    id: z.string().describe('`hold_…`, the `approval_request_id` of the held request'),
    approval_request_id: z.string(),
    passport_id: z.string(),
    gate_id: z.string(),
    agent_id: z.string(),
    action: z.string(),
    target: z.string().nullable(),
    cost_cents: Count.describe('Cents reserved while it is open'),
    metadata: OpenObject.nullable(),
    held_by: z.array(z.string()).describe('Keys of the constraints that hold it'),
    reason: z.string().describe('Why it is held, as a sentence'),
    status: ApprovalStatus,
    decision: z
      .enum(['approved', 'denied', 'APPROVED', 'DENIED'])
      .nullable()
      .describe("The resolution in the API version's words; a hold that nobody resolved in time is denied"),
    note: z.string().nullable(),
    resolved_by: z.string().nullable().describe('API key that resolved it'),
    created_at: Timestamp,
    expires_at: Timestamp.describe('Until when it can be resolved, and once approved, used'),
    resolved_at: Timestamp.nullable(),
    attestation_id: z.string().describe('Record of the hold'),
  })
  .meta({ id: 'Approval' })
export type Approval = z.infer<typeof Approval>

export const ApprovalListQuery = PageQuery.extend({
  status: ApprovalStatus.optional(),
  passport_id: id('passport').optional(),
  gate_id: id('gate').optional(),
})

export const ApprovalResolve = z
  .strictObject({ note: optional(text(2000, 0)) })
  .meta({ id: 'ApprovalResolve' })
export type ApprovalResolve = z.input<typeof ApprovalResolve>

export const SupervisionHeartbeat = z.strictObject({})
export type SupervisionHeartbeat = z.input<typeof SupervisionHeartbeat>

export const SupervisionHeartbeatResult = z.object({ ok: z.literal(true), last_seen_at: Timestamp })
export type SupervisionHeartbeatResult = z.infer<typeof SupervisionHeartbeatResult>
