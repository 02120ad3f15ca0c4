import { z } from 'zod'
import { CatalogChange } from './catalog-changes.ts'
import { optional, Timestamp } from './common.ts'

export const PassportReissue = z
  .strictObject({
    accept_catalog_version: optional(
      z.int().min(1).max(2_147_483_647).describe('Version to pin; needed when the changes are breaking'),
    ),
  })
  .meta({ id: 'PassportReissue' })
export type PassportReissue = z.input<typeof PassportReissue>

export const ReissueResult = z
  .object({
    passport_id: z.string(),
    passport_json: z.string(),
    signature: z.string(),
    public_key: z.string(),
    signing_key_id: z.string(),
    expires_at: Timestamp,
    catalog_version: z.int().nullable(),
    catalog_content_hash: z.string().nullable(),
    revoked_passport_id: z.string(),
    terms_changed: z.boolean(),
    has_breaking_changes: z.boolean(),
    changes: z.array(CatalogChange),
  })
  .meta({ id: 'ReissueResult' })
export type ReissueResult = z.infer<typeof ReissueResult>
