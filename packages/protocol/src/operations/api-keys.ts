import { z } from 'zod'
import { ApiKey, ApiKeyCreate, ApiKeyCreated, ApiKeyParams, ApiKeyRevoked } from '../schemas/api-keys.ts'
import { PageQuery } from '../schemas/common.ts'
import { operation } from './operation.ts'

const resource = 'api_keys'

export const listApiKeys = operation('list_api_keys', {
  resource,
  summary: 'List the API keys of the workspace, newest first, without their secrets.',
  access: { scope: 'api_keys:read' },
  effect: 'read',
  retry: 'safe',
  query: PageQuery,
  response: z.array(ApiKey),
  paged: true,
  defaultLimit: 1000,
})

export const createApiKey = operation('create_api_key', {
  resource,
  summary: 'Create an API key; its secret is answered once.',
  access: { scope: 'api_keys:write' },
  effect: 'write',
  retry: 'with_key',
  body: ApiKeyCreate,
  status: 201,
  response: ApiKeyCreated,
  secrets: ['key'],
})

export const revokeApiKey = operation('revoke_api_key', {
  resource,
  summary: 'Revoke an API key; it fails on its next use.',
  access: { scope: 'api_keys:write' },
  effect: 'destroy',
  retry: 'safe',
  params: ApiKeyParams,
  response: ApiKeyRevoked,
})
