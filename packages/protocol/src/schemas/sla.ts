import { z } from 'zod'
import { Action, BasisPoints, Count, TimestampOrDate } from './common.ts'

export const SlaQuery = z.strictObject({
  period_start: TimestampOrDate,
  period_end: TimestampOrDate,
  permission_key: Action.optional(),
})

export const SlaMetric = z
  .object({
    permission_key: z.string(),
    total_requests: Count,
    success_count: Count,
    error_count: Count,
    timeout_count: Count,
    partial_count: Count,
    uptime_basis_points: BasisPoints,
    sla_uptime_bp: BasisPoints.nullable().describe('Basis points that the catalog promises'),
    compliant: z.boolean(),
  })
  .meta({ id: 'SLAMetric' })
export type SlaMetric = z.infer<typeof SlaMetric>

export const SlaComplianceReport = z
  .object({
    gate_id: z.string(),
    period_start: z.string(),
    period_end: z.string(),
    metrics: z.array(SlaMetric),
    overall_uptime_bp: BasisPoints,
    overall_compliant: z.boolean(),
  })
  .meta({ id: 'SLAComplianceReport' })
export type SlaComplianceReport = z.infer<typeof SlaComplianceReport>
