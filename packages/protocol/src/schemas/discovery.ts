import { z } from 'zod'
import { RiskLevel, TrustLevel } from './catalogs.ts'
import { Count, Permission, queryInteger } from './common.ts'

const MAX = Number.MAX_SAFE_INTEGER

export const DiscoveryQuery = z.strictObject({
  capability: Permission.describe('Permission or pattern, such as `flights:*`'),
  max_price_cents: queryInteger(0, MAX).optional(),
  min_uptime_bp: queryInteger(0, 10_000).optional().describe('Basis points'),
  max_response_time_ms: queryInteger(0, MAX).optional().describe('Milliseconds'),
  pricing_model: z.string().max(100).optional().describe('An unknown model answers an empty list'),
  sort: z.enum(['price_asc', 'price_desc', 'uptime_desc', 'response_asc']).optional(),
  limit: queryInteger(1, 1000).default(20),
  offset: queryInteger(0, 1_000_000).default(0),
})
export type DiscoveryQuery = z.input<typeof DiscoveryQuery>

export const DiscoveryResult = z
  .object({
    gate_id: z.string(),
    gate_name: z.string(),
    permission_key: z.string(),
    display_name: z.string(),
    description: z.string(),
    risk_level: RiskLevel,
    min_trust_level: TrustLevel,
    pricing_model: z.string().nullable(),
    price_cents: Count.nullable(),
    currency: z.string(),
    uptime_basis_points: Count.nullable(),
    response_time_ms: Count.nullable(),
    platform_fee_basis_points: Count.nullable(),
    catalog_version: z.int(),
    catalog_content_hash: z.string(),
    catalog_signature: z.string(),
    signing_key_id: z.string(),
    security_profile: z.string(),
  })
  .meta({ id: 'DiscoveryResult' })
export type DiscoveryResult = z.infer<typeof DiscoveryResult>

export const DiscoveredGate = z
  .object({
    gate_id: z.string(),
    gate_name: z.string(),
    description: z.string().nullable(),
    security_profile: z.string(),
    catalog_version: z.int(),
    catalog_content_hash: z.string(),
    catalog_signature: z.string(),
    signing_key_id: z.string(),
    permissions: z.array(DiscoveryResult),
  })
  .meta({ id: 'DiscoveredGate' })
export type DiscoveredGate = z.infer<typeof DiscoveredGate>

export const Discovery = z
  .object({
    results: z.array(DiscoveryResult),
    services: z.array(DiscoveryResult).describe('The same as `results`'),
    gates: z.array(DiscoveredGate).describe('The same, grouped by gate'),
    total: Count,
    limit: Count,
    offset: Count,
  })
  .meta({ id: 'Discovery' })
export type Discovery = z.infer<typeof Discovery>
