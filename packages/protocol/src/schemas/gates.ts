import { z } from 'zod'
import { Count, id, SignedBy, Timestamp, text } from './common.ts'

export const Profile = z.enum(['L1', 'L2', 'L3']).describe('Trust profile')

export const GateStats = z.object({
  total_checks: Count,
  allowed: Count,
  denied: Count,
  last_check_at: Timestamp.nullable(),
})

export const Gate = z
  .object({
    gate_id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    profile: Profile,
    allow_self_issued: z.boolean(),
    is_discoverable: z.boolean(),
    trusted_issuers: z.array(z.string()),
    current_catalog_version: z.int(),
    created_at: Timestamp,
    deleted_at: Timestamp.nullable(),
    public_key: z.string().describe('Base64 Ed25519 key that signs now'),
    signing_key_id: z.string(),
    stats: GateStats,
  })
  .meta({ id: 'Gate' })
export type Gate = z.infer<typeof Gate>

/** `gate_` is added when it is missing. */
const NewGateId = z
  .string()
  .max(70)
  .regex(/^(?:gate_)?[a-z0-9-]{1,63}$/, 'must be `gate_` and 1 to 63 of [a-z0-9-]')

const TrustedIssuers = z.array(id('issuer')).max(100)

export const GateCreate = z
  .strictObject({
    name: text(200),
    gate_id: NewGateId,
    profile: Profile.default('L1'),
    description: text(2000, 0).nullable().optional(),
    allow_self_issued: z.boolean().default(false),
    is_discoverable: z.boolean().default(false),
    trusted_issuers: TrustedIssuers.default([]),
  })
  .meta({
    id: 'GateCreate',
    examples: [{ name: 'Flights', gate_id: 'gate_flights', profile: 'L2', is_discoverable: true }],
  })
export type GateCreate = z.input<typeof GateCreate>

export const GateUpdate = z
  .strictObject({
    name: text(200).optional(),
    description: text(2000, 0).nullable().optional(),
    profile: Profile.optional(),
    allow_self_issued: z.boolean().optional(),
    is_discoverable: z.boolean().optional(),
    trusted_issuers: TrustedIssuers.optional(),
  })
  .meta({ id: 'GateUpdate' })
export type GateUpdate = z.input<typeof GateUpdate>

export const GateDeleted = z.object({ deleted: z.literal(true) })
export type GateDeleted = z.infer<typeof GateDeleted>

/** Every key that a chain was ever signed with, for whoever verifies it. */
export const PublishedKeys = z.array(
  z.object({
    key_id: z.string(),
    public_key: z.string(),
    status: z.enum(['active', 'retired', 'compromised']),
    created_at: Timestamp,
    retired_at: Timestamp.nullable(),
  }),
)
export type PublishedKeys = z.infer<typeof PublishedKeys>

export const RetentionStatement = z
  .object({
    first_kept_index: z.int().describe('Index of the first record that was kept'),
    statement_json: z.string().describe('The exact signed text'),
    signature: z.string(),
    signing_key_id: z.string(),
  })
  .meta({ id: 'RetentionStatement', description: 'Where a chain begins whose oldest records were removed' })
export type RetentionStatement = z.infer<typeof RetentionStatement>

export const GatePublic = z
  .object({
    gate_id: z.string(),
    name: z.string(),
    profile: Profile,
    allow_self_issued: z.boolean(),
    trusted_issuers: z.array(z.string()),
    current_catalog_version: z.int(),
    deleted_at: Timestamp.nullable(),
    signing_keys: PublishedKeys,
    retention: RetentionStatement.nullable().describe('Null while every record is there'),
  })
  .meta({ id: 'GatePublic' })
export type GatePublic = z.infer<typeof GatePublic>

export const GateRevocations = z
  .object({
    gate_id: z.string(),
    issued_at: Timestamp,
    entries: z.array(z.object({ passport_id: z.string(), revoked_at: Timestamp, expires_at: Timestamp })),
    revocations_json: z.string().describe('The exact signed text: gate, time and list'),
    ...SignedBy,
  })
  .meta({ id: 'GateRevocations', description: "A gate's revoked passports that have not expired yet" })
export type GateRevocations = z.infer<typeof GateRevocations>

export const KeyRotate = z
  .strictObject({
    compromised: z
      .boolean()
      .default(false)
      .describe('The old key may be in other hands: what it signed no longer counts by itself'),
  })
  .meta({ id: 'KeyRotate' })
export type KeyRotate = z.input<typeof KeyRotate>

export const KeyRotated = z
  .object({
    signing_key_id: z.string().describe('The key that signs from now on'),
    public_key: z.string(),
    previous_key_id: z.string(),
    compromised: z.boolean(),
    rotated_at: Timestamp,
  })
  .meta({ id: 'KeyRotated' })
export type KeyRotated = z.infer<typeof KeyRotated>

export const GateParams = z.strictObject({ gate_id: id('gate') })
