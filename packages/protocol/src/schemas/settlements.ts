import { z } from 'zod'
import {
  CalendarDate,
  Count,
  id,
  OpenObject,
  optional,
  queryInteger,
  SignedBy,
  Timestamp,
  TimestampOrDate,
} from './common.ts'

export const PeriodType = z.enum(['daily', 'weekly', 'monthly'])
export const SettlementStatus = z.enum(['pending', 'invoiced', 'paid', 'disputed', 'void'])

export const SettlementParams = z.strictObject({ settlement_id: id('settlement') })

export const SettlementRequest = z
  .strictObject({
    gate_id: id('gate'),
    period_type: PeriodType,
    period_start: CalendarDate,
    period_end: CalendarDate.describe('Last UTC day of the period, inclusive'),
    agent_id: optional(id('agent')),
  })
  .meta({
    id: 'SettlementRequest',
    examples: [
      {
        gate_id: 'gate_flights',
        period_type: 'monthly',
        period_start: '2026-04-01',
        period_end: '2026-04-30',
      },
    ],
  })
export type SettlementRequest = z.input<typeof SettlementRequest>

export const SettlementSummary = z
  .object({
    id: z.string(),
    settlement_run_id: z.string().nullable(),
    gate_id: z.string(),
    agent_id: z.string().nullable(),
    period_type: z.string(),
    period_start: z.string(),
    period_end: z.string(),
    total_cost_cents: Count,
    total_platform_fee_cents: Count,
    total_transactions: Count,
    verified_count: Count,
    excluded_count: Count.describe('Receipts whose signature or chain did not verify'),
    currency: z.string(),
    permission_breakdown: OpenObject,
    outcome_breakdown: OpenObject,
    content_hash: z.string().describe('Hex SHA-256 of `settlement_json`'),
    settlement_json: z.string().describe('The exact signed text'),
    ...SignedBy,
    status: SettlementStatus,
    created_at: Timestamp,
  })
  .meta({ id: 'SettlementSummary' })
export type SettlementSummary = z.infer<typeof SettlementSummary>

export const SettlementListQuery = z.strictObject({
  gate_id: id('gate').optional(),
  agent_id: id('agent').optional(),
  period_type: PeriodType.optional(),
  status: SettlementStatus.optional(),
  from: TimestampOrDate.optional(),
  to: TimestampOrDate.optional(),
  limit: queryInteger(1, 1000).default(20),
  offset: queryInteger(0, 1_000_000).default(0),
})

export const SettlementList = z
  .object({ settlements: z.array(SettlementSummary), total: Count, limit: Count, offset: Count })
  .meta({ id: 'SettlementList' })
export type SettlementList = z.infer<typeof SettlementList>

export const SettlementStatusUpdate = z
  .strictObject({ status: SettlementStatus })
  .meta({ id: 'SettlementStatusUpdate' })
export type SettlementStatusUpdate = z.input<typeof SettlementStatusUpdate>
