import { z } from 'zod'
import { parseDuration } from '../time.ts'
import {
  AgentPublicKey,
  ConstraintMap,
  DurationSeconds,
  DurationText,
  id,
  Metadata,
  OpenObject,
  optional,
  PageQuery,
  Permission,
  SignedEnvelopeBody,
  Timestamp,
  text,
} from './common.ts'

export const PassportParams = z.strictObject({ passport_id: id('passport') })
export const GatePassportParams = z.strictObject({ gate_id: id('gate'), passport_id: id('passport') })

export const PassportStatus = z.enum(['active', 'revoked', 'expired'])

export const Passport = z
  .object({
    passport_id: z.string(),
    gate_id: z.string().describe("The gate, or the issuer's id where there is no gate"),
    issuer_id: z.string().nullable(),
    agent_id: z.string(),
    agent_name: z.string().nullable(),
    agent_public_key: z.string().describe("Base64 Ed25519 key of the agent's identity"),
    agent_private_key: z
      .string()
      .nullable()
      .optional()
      .describe('Base64 seed of the key pair that the server made. Answered once and never stored'),
    permissions: z.array(z.string()),
    constraints: OpenObject,
    delegation_authority: z.boolean(),
    passport_json: z.string().describe('The exact signed bytes'),
    signature: z.string().describe('Base64 Ed25519 signature over `passport_json`'),
    public_key: z.string().describe("The signer's key"),
    signing_key_id: z.string(),
    status: PassportStatus,
    expires_at: Timestamp,
    revoked_at: Timestamp.nullable(),
    created_at: Timestamp,
    catalog_version: z.int().nullable(),
    catalog_content_hash: z.string().nullable(),
    metadata: OpenObject.nullable(),
  })
  .meta({ id: 'Passport' })
export type Passport = z.infer<typeof Passport>

const grant = {
  agent_id: id('agent'),
  permissions: z.array(Permission).min(1).max(1000),
  agent_name: optional(text(200)),
  agent_public_key: optional(
    AgentPublicKey.describe('Base64 Ed25519 key of the agent; without it the server makes a key pair'),
  ),
  constraints: optional(ConstraintMap),
  expires_in_seconds: optional(
    DurationSeconds.describe('Lifetime in seconds; 3600 when neither lifetime is given'),
  ),
  expires_in: optional(DurationText),
  delegation_authority: z.boolean().default(false).describe('Whether the agent may delegate to sub-agents'),
  metadata: optional(Metadata),
}

interface Lifetime {
  expires_in_seconds?: number | undefined
  expires_in?: string | undefined
}

function checkLifetime({ expires_in_seconds, expires_in }: Lifetime, context: z.core.$RefinementCtx): void {
  if (expires_in_seconds === undefined || expires_in === undefined) return
  if (parseDuration(expires_in) === expires_in_seconds) return
  context.addIssue({
    code: 'custom',
    path: ['expires_in'],
    message: 'must equal `expires_in_seconds` when both are given',
    input: expires_in,
  })
}

export const PassportIssue = z
  .strictObject(grant)
  .superRefine(checkLifetime)
  .meta({
    id: 'PassportIssue',
    examples: [
      {
        agent_id: 'agent_travel',
        permissions: ['flights:*'],
        constraints: { 'core:cost:max_per_action': 50_000, 'core:rate:max_per_minute': 10 },
        expires_in: '24h',
      },
    ],
  })
export type PassportIssue = z.input<typeof PassportIssue>

export const IssuerPassportIssue = z
  .strictObject({ issuer_id: id('issuer'), ...grant })
  .superRefine(checkLifetime)
  .meta({ id: 'IssuerPassportIssue' })
export type IssuerPassportIssue = z.input<typeof IssuerPassportIssue>

/** An issuer that keeps its own key signs the envelope itself and hands it in. */
export const IssuerPassportSubmit = z
  .strictObject({
    issuer_id: optional(id('issuer')),
    ...SignedEnvelopeBody.shape,
    metadata: optional(Metadata),
  })
  .meta({ id: 'IssuerPassportSubmit' })
export type IssuerPassportSubmit = z.input<typeof IssuerPassportSubmit>

export const PassportCreate = z.union([IssuerPassportIssue, IssuerPassportSubmit])
export type PassportCreate = z.input<typeof PassportCreate>

export const PassportListQuery = PageQuery.extend({
  status: z.enum([...PassportStatus.options, 'all']).default('active'),
  agent_id: id('agent').optional(),
})

export const IssuerPassportListQuery = PassportListQuery.extend({ issuer_id: id('issuer').optional() })

export const PassportRevoked = z
  .object({ revoked: z.literal(true), passport_id: z.string(), revoked_at: Timestamp })
  .meta({ id: 'PassportRevoked' })
export type PassportRevoked = z.infer<typeof PassportRevoked>

export const PassportVerifyResult = z
  .object({
    valid: z.boolean(),
    reason_code: z.string().nullable(),
    reason: z.string().nullable().describe('The reason as a sentence'),
    tier: z.enum(['L0', 'L0.5', 'L1', 'L2', 'L3']).nullable().describe('Trust tier of the root of the chain'),
    status: z
      .enum([...PassportStatus.options, 'unknown'])
      .describe('`unknown`: never seen here, so that only the envelope was judged'),
    passport_id: z.string().nullable(),
    agent_id: z.string().nullable(),
    issuer_id: z.string().nullable(),
    permissions: z.array(z.string()),
    expires_at: Timestamp.nullable(),
  })
  .meta({ id: 'PassportVerification' })
export type PassportVerifyResult = z.infer<typeof PassportVerifyResult>
