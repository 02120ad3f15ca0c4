import { z } from 'zod'
import {
  Action,
  Assertion,
  Cents,
  ConstraintMap,
  id,
  Metadata,
  OpenObject,
  oneOf,
  optional,
  SignedBy,
  SignedEnvelopeBody,
  Target,
} from './common.ts'
import { ConstraintEvaluation, EnforceDecision } from './enforcement.ts'

/** A check's decision: `allow` or `deny` in version 2026-04-22, `allow` or `block` since 2026-05-14. */
export const CheckDecision = z.enum(['allow', 'deny', 'block'])
export type CheckDecision = z.infer<typeof CheckDecision>

export const CheckStep = z
  .object({
    name: z.string(),
    result: z.enum(['pass', 'fail', 'skip']),
    reason_code: z.string().optional().describe('Why it failed'),
    detail: z.string().nullable(),
  })
  .meta({ id: 'CheckStep' })
export type CheckStep = z.infer<typeof CheckStep>

export const CheckRequest = z
  .strictObject({
    action: Action,
    passport_id: optional(id('passport')),
    passport: optional(SignedEnvelopeBody),
    assertion: optional(Assertion),
    target: optional(Target),
    context: optional(Metadata),
  })
  .superRefine(({ passport_id, passport }, context) => oneOf(context, { passport_id, passport }, false))
  .meta({
    id: 'CheckRequest',
    examples: [
      { action: 'flights:book', passport_id: 'pp_0mf3k2h1q8x4', target: 'https://api.flights.example/book' },
    ],
  })
export type CheckRequest = z.input<typeof CheckRequest>

export const CheckResult = z
  .object({
    allowed: z.boolean(),
    decision: CheckDecision,
    reason_code: z.string().nullable(),
    access_mode: z.enum(['passport', 'self_issued', 'anonymous']),
    attestation_id: z
      .string()
      .nullable()
      .describe('`att_…`; null for a repeated refusal that is only counted'),
    checks: z.array(CheckStep).describe('Every check in order; the first failure decided'),
    attestation: z.object({ attestation_json: z.string(), ...SignedBy }).nullable(),
    upgrade_message: z.string().nullable().optional(),
    upgrade_url: z.string().nullable().optional(),
  })
  .meta({ id: 'CheckResult' })
export type CheckResult = z.infer<typeof CheckResult>

export const DryRunRequest = z
  .strictObject({
    gate_id: id('gate'),
    passport: OpenObject.describe(
      'A known `passport_id`, a whole Passport, or an envelope as `passport_json` with its `signature`. ' +
        'It proves nothing, so where the gate demands proof of possession, that is what a dry run finds missing',
    ),
    requested_permission: Action,
    requested_constraints: optional(ConstraintMap.describe('Constraints evaluated beside those in force')),
    target: optional(Target),
    cost_cents: optional(Cents),
  })
  .meta({
    id: 'DryRunRequest',
    examples: [
      {
        gate_id: 'gate_flights',
        passport: { passport_id: 'pp_0mf3k2h1q8x4' },
        requested_permission: 'flights:book',
      },
    ],
  })
export type DryRunRequest = z.input<typeof DryRunRequest>

export const DryRunResult = z
  .object({
    allowed: z.boolean(),
    decision: CheckDecision,
    enforce_decision: EnforceDecision,
    reason_code: z.string().nullable(),
    checks: z.array(CheckStep),
    evaluations: z.array(ConstraintEvaluation),
    blocked_by: z.string().nullable(),
    constraints_satisfied: z.boolean(),
    would_record: z.literal(false),
  })
  .meta({ id: 'DryRunResult' })
export type DryRunResult = z.infer<typeof DryRunResult>
