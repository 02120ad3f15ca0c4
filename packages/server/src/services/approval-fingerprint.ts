import { canonicalJson, sha256Hex } from '@modei/protocol'

export interface HeldRequest {
  passport_id: string
  action: string
  target: string | undefined
  cost_cents: number | undefined
  metadata: Readonly<Record<string, unknown>>
  constraint_version: number
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
    ]),
  )
}
