import { z } from 'zod'
import { id } from './common.ts'
import { PublishedKeys, RetentionStatement } from './gates.ts'

export const WorkspacePublic = z
  .object({ workspace_id: z.string(), signing_keys: PublishedKeys, retention: RetentionStatement.nullable() })
  .meta({ id: 'WorkspacePublic', description: "Keys of the chain of a workspace's records at no gate" })
export type WorkspacePublic = z.infer<typeof WorkspacePublic>

export const WorkspaceParams = z.strictObject({
  workspace_id: id('workspace', 'Workspace id, which is the `chain_id` of its records at no gate'),
})
