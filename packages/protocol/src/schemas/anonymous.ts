import { z } from 'zod'
import { CheckDecision } from './checks.ts'
import { ActionPattern, Count, oneOf, Timestamp, text } from './common.ts'

export const AnonymousPolicy = z
  .object({
    gate_id: z.string(),
    enabled: z.boolean(),
    allowed_actions: z.array(z.string()).describe('An empty list allows nothing'),
    blocked_actions: z.array(z.string()).describe('Blocked beats allowed'),
    rate_limit_per_minute: Count,
    rate_limit_per_hour: Count,
    read_only: z.boolean(),
    upgrade_message: z.string().nullable(),
    upgrade_url: z.string().nullable(),
  })
  .meta({ id: 'AnonymousPolicy' })
export type AnonymousPolicy = z.infer<typeof AnonymousPolicy>

const Actions = z.array(ActionPattern).max(500)
const Rate = z.int().min(0).max(1_000_000).describe('Requests per client address')

/** Members that are left out keep their value. */
export const AnonymousPolicySet = z
  .strictObject({
    enabled: z.boolean().optional(),
    allowed_actions: Actions.optional(),
    permissions: Actions.optional().describe('Another name of `allowed_actions`'),
    blocked_actions: Actions.optional(),
    rate_limit_per_minute: Rate.optional(),
    rate_limit_per_hour: Rate.optional(),
    read_only: z.boolean().optional(),
    upgrade_message: text(2000, 0).nullable().optional(),
    upgrade_url: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .nullable()
      .optional(),
  })
  .superRefine(({ allowed_actions, permissions }, context) =>
    oneOf(context, { allowed_actions, permissions }, false),
  )
  .meta({
    id: 'AnonymousPolicySet',
    examples: [{ enabled: true, allowed_actions: ['flights:search'], rate_limit_per_minute: 5 }],
  })
export type AnonymousPolicySet = z.input<typeof AnonymousPolicySet>

export const AnonymousLogEntry = z
  .object({
    id: z.string(),
    attestation_id: z.string(),
    gate_id: z.string(),
    action: z.string().nullable(),
    target: z.string().nullable(),
    decision: CheckDecision,
    reason_code: z.string().nullable(),
    client_address: z
      .string()
      .nullable()
      .describe('Network of the client, such as `203.0.113.0/24`: its address is not kept'),
    count: Count.describe(
      'Requests that the record stands for: refusals for their rate are recorded once a minute',
    ),
    created_at: Timestamp,
  })
  .meta({ id: 'AnonymousLogEntry' })
export type AnonymousLogEntry = z.infer<typeof AnonymousLogEntry>
