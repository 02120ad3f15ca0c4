import { z } from 'zod'
import { CatalogChange } from './catalog-changes.ts'
import {
  Action,
  ConstraintMap,
  Count,
  InputTimestamp,
  id,
  OpenObject,
  oneOf,
  optional,
  queryInteger,
  Timestamp,
  text,
} from './common.ts'

export const RiskLevel = z.enum(['low', 'medium', 'high', 'critical'])
export const TrustLevel = z
  .literal([1, 2, 3])
  .describe('1: any accepted passport; 2: tier L1 or above; 3: tier L2 or above with proof of possession')

export const CatalogPermission = z
  .object({
    permission_key: z.string(),
    display_name: z.string(),
    description: z.string(),
    risk_level: RiskLevel,
    min_trust_level: TrustLevel,
    constraints: OpenObject.nullable(),
  })
  .meta({ id: 'CatalogPermission' })
export type CatalogPermission = z.infer<typeof CatalogPermission>

/** `key` is another name of `permission_key`; the display name defaults to it. */
export const CatalogPermissionInput = z
  .strictObject({
    permission_key: optional(Action),
    key: optional(Action.describe('Another name of `permission_key`')),
    display_name: optional(text(200)),
    description: optional(text(2000, 0)),
    risk_level: RiskLevel.default('low'),
    min_trust_level: TrustLevel.default(1),
    constraints: optional(ConstraintMap.describe('Limits, prices and service levels by constraint key')),
  })
  .superRefine(({ permission_key, key }, context) => oneOf(context, { permission_key, key }, true))
  .meta({ id: 'CatalogPermissionInput' })
  .transform(
    ({ key, permission_key = key ?? '', display_name = permission_key, description = '', ...rest }) => ({
      permission_key,
      display_name,
      description,
      ...rest,
    }),
  )
export type CatalogPermissionInput = z.input<typeof CatalogPermissionInput>

export const CatalogCreate = z
  .strictObject({
    permissions: z.array(CatalogPermissionInput).max(1000),
    version: optional(text(64).describe('Your own label of the draft; published versions are numbered')),
    catalog_name: optional(text(200)),
    description: optional(text(2000, 0)),
    is_active: z.boolean().default(true).describe('Whether the draft may be published'),
  })
  .superRefine(({ permissions }, context) => {
    const seen = new Set<string>()
    permissions.forEach(({ permission_key }, index) => {
      if (seen.has(permission_key)) {
        context.addIssue({
          code: 'custom',
          path: ['permissions', index, 'permission_key'],
          message: 'must not occur twice',
          input: permission_key,
        })
      }
      seen.add(permission_key)
    })
  })
  .meta({
    id: 'CatalogCreate',
    examples: [
      {
        permissions: [
          {
            permission_key: 'flights:book',
            display_name: 'Book a flight',
            risk_level: 'high',
            min_trust_level: 2,
            constraints: { 'core:pricing:model': 'per_call', 'core:pricing:per_call_cents': 25 },
          },
        ],
      },
    ],
  })
export type CatalogCreate = z.input<typeof CatalogCreate>

const draft = {
  gate_id: z.string(),
  version: Count.describe('Number of the latest published version; 0 before the first'),
  version_label: z.string().nullable(),
  catalog_name: z.string().nullable(),
  description: z.string().nullable(),
  is_active: z.boolean(),
  permissions: z.array(CatalogPermission),
  published_at: Timestamp.nullable().describe('When the latest version was published'),
  updated_at: Timestamp.nullable(),
}

export const CatalogDraft = z.object(draft).meta({ id: 'CatalogDraft' })
export type CatalogDraft = z.infer<typeof CatalogDraft>

export const CatalogSaved = z.object({ status: z.literal('saved'), ...draft }).meta({ id: 'CatalogSaved' })
export type CatalogSaved = z.infer<typeof CatalogSaved>

export const CatalogPublish = z
  .strictObject({
    change_summary: optional(text(2000, 0)),
    effective_at: optional(InputTimestamp.describe('From when it holds; the past means now')),
  })
  .meta({ id: 'CatalogPublish' })
export type CatalogPublish = z.input<typeof CatalogPublish>

const version = {
  gate_id: z.string(),
  version: z.int(),
  content_hash: z.string().describe('Hex SHA-256 of the canonical `catalog_snapshot`'),
  signature: z.string().describe('Base64 Ed25519 signature over the canonical `catalog_snapshot`'),
  signing_key_id: z.string(),
  effective_at: Timestamp,
  change_summary: z.string().nullable(),
  changes: z.array(CatalogChange),
  has_breaking_changes: z.boolean(),
  created_at: Timestamp,
}

export const PublishResult = z.object(version).meta({ id: 'PublishResult' })
export type PublishResult = z.infer<typeof PublishResult>

export const CatalogVersion = z
  .object(version)
  .meta({ id: 'CatalogVersion', description: 'A published version without its content' })
export type CatalogVersion = z.infer<typeof CatalogVersion>

export const PublishedCatalog = z
  .object({
    ...version,
    catalog_snapshot: OpenObject.describe(
      '`gate_id`, `version`, `published_at`, `permissions`: what is hashed and signed',
    ),
    public_key: z.string(),
  })
  .meta({ id: 'PublishedCatalog' })
export type PublishedCatalog = z.infer<typeof PublishedCatalog>

export const CatalogVersionParams = z.strictObject({
  gate_id: id('gate'),
  version: queryInteger(1, 2_147_483_647).describe('Number of a published version'),
})

export const CatalogImpactRequest = z.strictObject({})
export type CatalogImpactRequest = z.input<typeof CatalogImpactRequest>

export const CatalogImpact = z
  .object({
    gate_id: z.string(),
    affected_passports: Count.describe('Active passports of the gate that hold a permission which changes'),
    has_breaking_changes: z.boolean(),
    changes: z.array(CatalogChange).describe('From the latest published version to the draft'),
    passports: z
      .array(
        z.object({
          passport_id: z.string(),
          agent_id: z.string(),
          catalog_version: z
            .int()
            .nullable()
            .describe('The version that it is pinned to, whose terms it keeps until it is reissued'),
          permissions: z.array(z.string()).describe('Permissions of the catalog that change for it'),
          breaking: z.boolean(),
        }),
      )
      .describe('The newest 1000 of them'),
  })
  .meta({ id: 'CatalogImpact' })
export type CatalogImpact = z.infer<typeof CatalogImpact>
