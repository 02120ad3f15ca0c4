import { z } from 'zod'
import { AgentPublicKey, id, optional, Timestamp, text } from './common.ts'

export const IssuerParams = z.strictObject({ issuer_id: id('issuer') })

const Domain = z
  .string()
  .max(253)
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
    'must be a lower-case domain name',
  )

export const Issuer = z
  .object({
    issuer_id: z.string(),
    name: z.string(),
    domain: z.string().nullable(),
    description: z.string().nullable(),
    public_key: z.string().describe('Base64 Ed25519 key that signs now'),
    signing_key_id: z.string(),
    key_custody: z
      .enum(['server', 'external'])
      .describe('`external`: the key lives with its owner and the server cannot sign for this issuer'),
    created_at: Timestamp,
    revoked_at: Timestamp.nullable(),
  })
  .meta({ id: 'Issuer' })
export type Issuer = z.infer<typeof Issuer>

export const IssuerCreate = z
  .strictObject({
    name: text(200),
    domain: optional(Domain),
    description: optional(text(2000, 0)),
    public_key: optional(
      AgentPublicKey.describe('Public half of a key that you keep; without it the server makes one'),
    ),
  })
  .meta({
    id: 'IssuerCreate',
    examples: [{ name: 'Acme Travel', domain: 'acme.example' }],
  })
export type IssuerCreate = z.input<typeof IssuerCreate>

export const IssuerUpdate = z
  .strictObject({
    name: text(200).optional(),
    domain: Domain.nullable().optional(),
    description: text(2000, 0).nullable().optional(),
  })
  .meta({ id: 'IssuerUpdate' })
export type IssuerUpdate = z.input<typeof IssuerUpdate>

export const IssuerRevoked = z.object({
  revoked: z.literal(true),
  issuer_id: z.string(),
  revoked_at: Timestamp,
})
export type IssuerRevoked = z.infer<typeof IssuerRevoked>
