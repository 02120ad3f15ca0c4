import { z } from 'zod'

/** One difference between two versions of a catalog. */
export const CatalogChange = z
  .object({
    type: z.string().describe('What changed, such as `permission_removed` or `price_changed`'),
    permission_key: z.string().nullable(),
    constraint_key: z.string().nullable().describe('The price, service level, fee or limit that changed'),
    old: z.unknown().optional().describe('null for what was not there'),
    new: z.unknown().optional().describe('null for what is no longer there'),
    breaking: z
      .boolean()
      .describe('The holder is worse off: removed, dearer, slower, tighter, or needs more trust'),
  })
  .meta({ id: 'CatalogChange' })
export type CatalogChange = z.infer<typeof CatalogChange>
