import type { CatalogFacts } from '@modei/core'
import { canonicalJson, sha256Hex } from '@modei/protocol'
import { signedCatalog } from './decision-content.ts'

export interface HeldRequest {
  passport_id: string
  action: string
  target: string | undefined
  cost_cents: number | undefined
  metadata: Readonly<Record<string, unknown>>
  constraint_version: number
  gate_id: string | null
  /** The catalog that prices and limits it: another price is another request. */
  catalog: CatalogFacts | null
}

/** Names a request exactly, so that approving one thing never lets another pass. */
export function approvalFingerprint(request: HeldRequest): string {
  // The id of the approval itself may travel in the metadata and is no part of what was asked.
  const { approval_request_id: _carried, ...metadata } = request.metadata
  return sha256Hex(
    canonicalJson([
      request.passport_id,
      request.action,
      request.target ?? null,
      request.cost_cents ?? null,
      metadata,
      request.constraint_version,
      request.gate_id,
      signedCatalog(request.catalog),
    ]),
  )
}
