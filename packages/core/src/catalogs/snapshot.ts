import {
  canonicalJson,
  formatTimestamp,
  CatalogPermission as PermissionShape,
  sha256Hex,
} from '@modei/protocol'
import { z } from 'zod'
import type { CatalogSnapshot, ListedPermission } from './catalog.ts'

export interface SnapshotInput {
  gate_id: string
  version: number
  /** Unix milliseconds. */
  published_at: number
  permissions: readonly ListedPermission[]
}

export interface BuiltSnapshot {
  snapshot: CatalogSnapshot
  /** The canonical text: what is hashed, signed and stored. */
  snapshot_json: string
  /** Hex SHA-256 of that text. */
  content_hash: string
}

/** The one form of a version: permissions in the draft's order, every member present, canonical bytes. */
export function buildSnapshot(input: SnapshotInput): BuiltSnapshot {
  const snapshot: CatalogSnapshot = {
    gate_id: input.gate_id,
    version: input.version,
    published_at: formatTimestamp(input.published_at),
    permissions: input.permissions.map(listed),
  }
  const text = canonicalJson(snapshot)
  return { snapshot, snapshot_json: text, content_hash: sha256Hex(text) }
}

/** Only the members that a snapshot has, so that nothing else is ever signed. */
function listed(permission: ListedPermission): ListedPermission {
  return {
    permission_key: permission.permission_key,
    display_name: permission.display_name,
    description: permission.description,
    risk_level: permission.risk_level,
    min_trust_level: permission.min_trust_level,
    constraints: permission.constraints,
  }
}

const StoredSnapshot = z.strictObject({
  gate_id: z.string(),
  version: z.int().min(1),
  published_at: z.string(),
  permissions: z.array(PermissionShape.strict().extend({ constraints: z.record(z.string(), z.unknown()) })),
})

/**
 * Reads a stored version, of which nothing is believed but its hash.
 * @throws {Error} when the text is not what was hashed, or is no snapshot
 */
export function readSnapshot(text: string, contentHash: string): CatalogSnapshot {
  if (sha256Hex(text) !== contentHash) throw new Error('a catalog version does not have its hash')
  return StoredSnapshot.parse(JSON.parse(text))
}
