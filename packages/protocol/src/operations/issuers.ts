import { z } from 'zod'
import { PageQuery } from '../schemas/common.ts'
import { KeyRotate, KeyRotated } from '../schemas/gates.ts'
import { Issuer, IssuerCreate, IssuerParams, IssuerRevoked, IssuerUpdate } from '../schemas/issuers.ts'
import { operation } from './operation.ts'

const resource = 'issuers'

export const listIssuers = operation('list_issuers', {
  resource,
  summary: 'List the issuers of the workspace, newest first.',
  access: { scope: 'issuers:read' },
  effect: 'read',
  retry: 'safe',
  query: PageQuery,
  response: z.array(Issuer),
  paged: true,
  defaultLimit: 1000,
})

export const createIssuer = operation('create_issuer', {
  resource,
  summary: 'Create an issuer, with a key pair kept here or with the public half of your own.',
  access: { scope: 'issuers:write' },
  effect: 'write',
  retry: 'with_key',
  body: IssuerCreate,
  status: 201,
  response: Issuer,
  errors: [409],
})

export const getIssuer = operation('get_issuer', {
  resource,
  summary: 'Get one issuer.',
  access: { scope: 'issuers:read' },
  effect: 'read',
  retry: 'safe',
  params: IssuerParams,
  response: Issuer,
})

export const updateIssuer = operation('update_issuer', {
  resource,
  summary: 'Change the name, domain or description of an issuer; what is left out keeps its value.',
  access: { scope: 'issuers:write' },
  effect: 'write',
  retry: 'safe',
  params: IssuerParams,
  body: IssuerUpdate,
  response: Issuer,
  errors: [409],
})

export const deleteIssuer = operation('delete_issuer', {
  resource,
  summary: 'Revoke an issuer and every passport that it issued.',
  access: { scope: 'issuers:write' },
  effect: 'destroy',
  retry: 'safe',
  params: IssuerParams,
  response: IssuerRevoked,
})

export const rotateIssuerKey = operation('rotate_issuer_key', {
  resource,
  summary: 'Give an issuer a new signing key; what the old key signed stays valid unless it was compromised.',
  access: { scope: 'issuers:write' },
  effect: 'destroy',
  retry: 'with_key',
  params: IssuerParams,
  body: KeyRotate,
  bodyOptional: true,
  response: KeyRotated,
  errors: [409],
})
