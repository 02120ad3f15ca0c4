import { z } from 'zod'
import {
  Count,
  Decision,
  id,
  Metadata,
  OpenObject,
  oneOf,
  optional,
  PageQuery,
  PayloadHash,
  Permission,
  SignedBy,
  Timestamp,
  TimestampOrDate,
  text,
} from './common.ts'
import { RecordedDecision } from './enforcement.ts'

export const Attestation = z
  .object({
    id: z.string(),
    attestation_id: z.string(),
    type: z
      .string()
      .describe('What kind of record: a check, an enforcement, a resolution, a reset, a consumption'),
    gate_id: z.string().describe("The gate, or the issuer's id where there is no gate"),
    passport_id: z.string().nullable(),
    agent_id: z.string().nullable(),
    action: z.string().nullable(),
    target: z.string().nullable(),
    decision: RecordedDecision.nullable().describe('Null for records that are no decision'),
    reason_code: z.string().nullable(),
    signature: z.string(),
    signing_key_id: z.string(),
    attestation_json: z.string().describe('The exact signed text'),
    sequence_number: Count.describe("Position among the passport's records, from 1"),
    chain_index: Count.describe('Position in the chain, from 1'),
    chain_hash: z.string().describe('Hex SHA-256 of `attestation_json`'),
    created_at: Timestamp,
  })
  .meta({ id: 'Attestation' })
export type Attestation = z.infer<typeof Attestation>

export const GateAttestationQuery = PageQuery.extend({
  passport_id: id('passport').optional(),
  agent_id: id('agent').optional(),
  permission: Permission.optional(),
  decision: Decision.optional(),
  since: TimestampOrDate.optional(),
  until: TimestampOrDate.optional(),
})

const filters = {
  agent_id: id('agent').optional(),
  gate_id: id('gate').optional(),
  issuer_id: id('issuer').optional(),
  decision: Decision.optional(),
  action: Permission.optional(),
  after: TimestampOrDate.optional(),
  before: TimestampOrDate.optional(),
}

export const WorkspaceAttestationQuery = PageQuery.extend(filters)

export const AttestationExportQuery = z.strictObject({
  format: z.enum(['jsonl', 'csv']).default('jsonl'),
  chain_id: id(
    'chain',
    "The records of one chain: a gate's, or by the workspace's id those at no gate",
  ).optional(),
  ...filters,
})

export const AttestationRecord = z
  .strictObject({
    passport_id: id('passport'),
    agent_id: optional(id('agent')),
    permission: optional(Permission),
    action: optional(Permission.describe('Another name of `permission`')),
    tool_name: optional(text(255)),
    result: optional(Decision),
    decision: optional(Decision.describe('Another name of `result`')),
    denial_code: optional(text(128)),
    input_hash: optional(PayloadHash),
    output_hash: optional(PayloadHash),
    constraints_used: optional(OpenObject),
    execution_ms: optional(Count.describe('Milliseconds')),
    metadata: optional(Metadata),
  })
  .superRefine(({ permission, action, result, decision }, context) => {
    oneOf(context, { permission, action }, true)
    oneOf(context, { result, decision }, true)
  })
  .meta({
    id: 'AttestationRecord',
    examples: [
      {
        passport_id: 'pp_0mf3k2h1q8x4',
        permission: 'flights:book',
        tool_name: 'book_flight',
        result: 'allowed',
      },
    ],
  })
export type AttestationRecord = z.input<typeof AttestationRecord>

const link = {
  chain_index: Count.describe('Index of the last link; 0 for an empty chain'),
  chain_hash: z.string().nullable(),
  issued_at: Timestamp,
  checkpoint_json: z.string().describe('The exact signed text'),
  ...SignedBy,
}

export const Checkpoint = z.object({ gate_id: z.string(), ...link }).meta({ id: 'Checkpoint' })
export type Checkpoint = z.infer<typeof Checkpoint>

export const WorkspaceCheckpoint = z
  .object({ workspace_id: z.string(), ...link })
  .meta({ id: 'WorkspaceCheckpoint' })
export type WorkspaceCheckpoint = z.infer<typeof WorkspaceCheckpoint>
