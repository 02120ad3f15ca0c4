import type { RiskLevel } from '../constraints/constraint.ts'

/** A permission as a catalog lists it. */
export interface ListedPermission {
  permission_key: string
  display_name: string
  description: string
  risk_level: RiskLevel
  /** 1: any accepted passport; 2: tier L1 or above; 3: tier L2 or above with proof of possession. */
  min_trust_level: 1 | 2 | 3
  /** Limits, prices, service levels and fees by constraint key. */
  constraints: Readonly<Record<string, unknown>>
}

/** What is hashed and signed of a published version. */
export interface CatalogSnapshot {
  gate_id: string
  version: number
  published_at: string
  permissions: ListedPermission[]
}
