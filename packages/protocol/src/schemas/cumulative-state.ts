import { z } from 'zod'
import { Count, optional, Timestamp } from './common.ts'

export const WindowType = z
  .string()
  .max(16)
  .regex(
    /^(?:hourly|daily|weekly|monthly|total|[1-9]\d{0,5}[smhdw])$/,
    'must be hourly, daily, weekly, monthly, total or a rolling window such as `30d`',
  )

export const SpendWindowState = z
  .object({
    window_type: z.string(),
    window_start: Timestamp.nullable().describe('Null for `total`'),
    window_end: Timestamp.nullable().describe('When a calendar window starts anew'),
    cost_cumulative_cents: Count.describe('Cents spent in the window'),
    reserved_cents: Count.describe('Cents that open holds reserve'),
    limit_cents: Count.nullable(),
    remaining_cents: Count.nullable(),
  })
  .meta({ id: 'SpendWindowState' })
export type SpendWindowState = z.infer<typeof SpendWindowState>

export const CumulativeState = z
  .object({
    id: z.string().nullable(),
    passport_id: z.string(),
    window_type: z.string().describe('The widest window in use'),
    window_start: Timestamp.nullable(),
    cost_cumulative_cents: Count,
    action_counts: z.record(z.string(), Count),
    rate_windows: z
      .record(z.string(), z.array(Timestamp))
      .describe('Times of permits by key, at most 1,000 each'),
    sequence_number: Count,
    last_attestation_id: z.string().nullable(),
    windows: z.array(SpendWindowState),
  })
  .meta({ id: 'CumulativeState' })
export type CumulativeState = z.infer<typeof CumulativeState>

export const StateReset = z
  .strictObject({
    window_type: optional(WindowType.describe('One window; every window when it is left out')),
  })
  .meta({ id: 'StateReset' })
export type StateReset = z.input<typeof StateReset>

export const StateResetResult = z
  .object({ reset: z.literal(true), attestation_id: z.string(), window_type: z.string().nullable() })
  .meta({ id: 'StateResetResult' })
export type StateResetResult = z.infer<typeof StateResetResult>
