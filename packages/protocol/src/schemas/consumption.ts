import { z } from 'zod'
import { Action, Count, id, Metadata, optional, PayloadHash, Signature, SignedBy, text } from './common.ts'

export const Outcome = z.enum(['success', 'error', 'timeout', 'partial'])

export const AgentPop = z
  .strictObject({
    signature: Signature,
    public_key: z.string().min(1).max(64),
    timestamp: Count.describe('Unix milliseconds'),
    nonce: text(256),
    catalog_content_hash: PayloadHash,
    request_payload_hash: PayloadHash.nullable().optional(),
  })
  .meta({ id: 'AgentPoP', description: "Proof by the passport's own key that the agent made this call" })
export type AgentPop = z.input<typeof AgentPop>

export const ConsumeRequest = z
  .strictObject({
    passport_id: id('passport'),
    gate_id: id('gate'),
    action: Action,
    outcome: Outcome,
    quantity: z.int().min(1).max(Number.MAX_SAFE_INTEGER).default(1),
    agent_pop: optional(AgentPop),
    request_payload_hash: optional(PayloadHash),
    response_payload_hash: optional(PayloadHash),
    duration_ms: optional(Count.describe('Milliseconds')),
    metadata: optional(Metadata),
  })
  .meta({
    id: 'ConsumeRequest',
    examples: [
      { passport_id: 'pp_0mf3k2h1q8x4', gate_id: 'gate_flights', action: 'flights:book', outcome: 'success' },
    ],
  })
export type ConsumeRequest = z.input<typeof ConsumeRequest>

const DecimalCents = z
  .string()
  .regex(/^\d{1,16}$/)
  .describe('Cents, a decimal string')

export const ConsumeResult = z
  .object({
    attestation_id: z.string().describe('`ca_…`'),
    cost_cents: DecimalCents,
    platform_fee_cents: DecimalCents,
    currency: z.string().describe('ISO 4217'),
    pricing_model: z.string().nullable(),
    catalog_version: z.int().nullable(),
    catalog_content_hash: z.string().nullable(),
    attestation_json: z.string().describe('The exact signed text'),
    ...SignedBy,
  })
  .meta({ id: 'ConsumeResult' })
export type ConsumeResult = z.infer<typeof ConsumeResult>
