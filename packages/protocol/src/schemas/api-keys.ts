import { z } from 'zod'
import { API_VERSIONS } from '../decision-words.ts'
import { isScope, SCOPES } from '../scopes.ts'
import { DurationText, id, optional, Timestamp, text } from './common.ts'

export const ApiKeyParams = z.strictObject({ key_id: id('api_key') })

export const ScopeName = z
  .string()
  .max(64)
  .refine(isScope, `must be one of ${SCOPES.join(', ')}`)
  .describe('`resource:read`, `resource:write`, `resource:*`, `admin:*`, or a narrower scope')

const ApiVersionName = z.enum(API_VERSIONS)

const key = {
  id: z.string().describe('`key_…`'),
  name: z.string(),
  prefix: z.string().describe('First characters of the key, to tell keys apart'),
  scopes: z.array(z.string()),
  api_version: ApiVersionName.nullable().describe('Version of the API that callers of this key speak'),
  created_at: Timestamp,
  expires_at: Timestamp.nullable(),
}

export const ApiKey = z.object({ ...key, last_used_at: Timestamp.nullable() }).meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof ApiKey>

export const ApiKeyCreated = z
  .object({
    ...key,
    key: z.string().nullable().describe('The secret. Answered once; null when the answer is replayed'),
  })
  .meta({ id: 'ApiKeyCreated' })
export type ApiKeyCreated = z.infer<typeof ApiKeyCreated>

export const ApiKeyCreate = z
  .strictObject({
    name: text(200),
    scopes: optional(z.array(ScopeName).min(1).max(100).describe("All of the creator's when left out")),
    expires_in: optional(DurationText),
    api_version: optional(ApiVersionName),
  })
  .meta({
    id: 'ApiKeyCreate',
    examples: [{ name: 'booking agent', scopes: ['enforce:write'], expires_in: '30d' }],
  })
export type ApiKeyCreate = z.input<typeof ApiKeyCreate>

export const ApiKeyRevoked = z.object({ revoked: z.literal(true) })
export type ApiKeyRevoked = z.infer<typeof ApiKeyRevoked>
