import { z } from 'zod'
import {
  Action,
  Assertion,
  Cents,
  Count,
  Decision,
  id,
  Metadata,
  oneOf,
  optional,
  PageQuery,
  SignedEnvelopeBody,
  Target,
  Timestamp,
} from './common.ts'

/** The engine's decision, in the words of version 2026-04-22 or of 2026-05-14. */
export const EnforceDecision = z.enum(['PERMIT', 'BLOCK', 'SUSPEND', 'allow', 'block', 'request_hold'])
export type EnforceDecision = z.infer<typeof EnforceDecision>

/** A recorded decision in any version's words: an engine's, or a person's resolution of a hold. */
export const RecordedDecision = z.enum([
  ...EnforceDecision.options,
  'deny',
  'approved',
  'denied',
  'APPROVED',
  'DENIED',
])
export type RecordedDecision = z.infer<typeof RecordedDecision>

export const ConstraintEvaluation = z
  .object({
    constraint_key: z.string(),
    result: z.enum(['pass', 'block', 'hold']),
    reason_code: z.string().nullable().optional(),
    source: z.string().optional().describe('Where the limit comes from'),
    scope: z
      .string()
      .optional()
      .describe('`*` for the whole passport, or the permission that the limit belongs to'),
    limit: z.unknown().optional(),
    current: z.unknown().optional().describe('What was used before this request, reservations included'),
    requested: z.unknown().optional(),
    detail: z.string().nullable(),
    resets_at: Timestamp.nullable().describe('When this very request would fit, where time helps'),
  })
  .meta({ id: 'ConstraintEvaluation' })
export type ConstraintEvaluation = z.infer<typeof ConstraintEvaluation>

export const EnforceRequest = z
  .strictObject({
    passport_id: optional(id('passport')),
    passport: optional(SignedEnvelopeBody),
    assertion: optional(Assertion),
    action: Action,
    target: optional(Target),
    cost_cents: optional(
      Cents.describe('What the action costs, in cents; never counted below the pinned price'),
    ),
    metadata: optional(Metadata),
    approval_request_id: optional(id('approval')),
  })
  .superRefine(({ passport_id, passport }, context) => oneOf(context, { passport_id, passport }, true))
  .meta({
    id: 'EnforceRequest',
    examples: [{ passport_id: 'pp_0mf3k2h1q8x4', action: 'flights:book', cost_cents: 900 }],
  })
export type EnforceRequest = z.input<typeof EnforceRequest>

export const EnforceResult = z
  .object({
    decision: EnforceDecision,
    evaluations: z.array(ConstraintEvaluation),
    blocked_by: z.string().nullable().describe('Constraint key or reason code'),
    block_reason: z.string().nullable().describe('A sentence with the numbers'),
    reason: z.string().nullable().describe('Reason code'),
    cumulative_cost: Count.nullable().describe('Cents spent in the window that binds'),
    remaining_cents: Count.nullable().describe('Cents left in the window that binds'),
    attestation_id: z.string().describe('`enf_…`'),
    sequence_number: Count,
    signature: z.string(),
    signing_key_id: z.string(),
    evaluated_at: Timestamp,
    approval_request_id: z.string().nullable().describe('`hold_…` of a held action'),
  })
  .meta({ id: 'EnforceResult' })
export type EnforceResult = z.infer<typeof EnforceResult>

export const EnforcementAttestation = z
  .object({
    id: z.string(),
    attestation_id: z.string(),
    passport_id: z.string(),
    gate_id: z.string().describe("The gate, or the issuer's id where there is no gate"),
    agent_id: z.string().nullable(),
    action: z.string(),
    target: z.string().nullable(),
    decision: RecordedDecision,
    reason_code: z.string().nullable(),
    cost_cents: Count,
    constraint_evaluations: z.array(ConstraintEvaluation),
    signature: z.string(),
    signing_key_id: z.string(),
    attestation_json: z.string().describe('The exact signed text'),
    sequence_number: Count.describe("Position among the passport's records, from 1"),
    chain_index: Count.describe('Position in the chain, from 1'),
    chain_hash: z.string().describe('Hex SHA-256 of `attestation_json`'),
    created_at: Timestamp,
  })
  .meta({ id: 'EnforcementAttestation' })
export type EnforcementAttestation = z.infer<typeof EnforcementAttestation>

export const EnforcementListQuery = PageQuery.extend({ decision: Decision.optional() })

export const AttestationParams = z.strictObject({ attestation_id: id('attestation') })

export const VerifyResult = z
  .object({
    valid: z.boolean(),
    signature_ok: z.boolean(),
    chain_ok: z.boolean().describe('Its hash, its predecessor and its successor fit'),
    reason: z.string().nullable(),
    signing_key_id: z.string().nullable(),
    kept_from: Count.nullable().describe(
      'Index of the first record of the chain that retention kept; null while every record is there',
    ),
  })
  .meta({ id: 'VerifyResult' })
export type VerifyResult = z.infer<typeof VerifyResult>
