import { z } from 'zod'
import { SignedEnvelopeBody } from '../schemas/common.ts'
import { GateParams } from '../schemas/gates.ts'
import {
  GatePassportParams,
  IssuerPassportListQuery,
  Passport,
  PassportCreate,
  PassportIssue,
  PassportListQuery,
  PassportParams,
  PassportRevoked,
  PassportVerifyResult,
} from '../schemas/passports.ts'
import { PassportReissue, ReissueResult } from '../schemas/reissue.ts'
import { operation } from './operation.ts'

const resource = 'passports'

export const listPassports = operation('list_passports', {
  resource,
  summary: "List a gate's passports, newest first; the active ones unless `status` says otherwise.",
  access: { scope: 'passports:read' },
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  query: PassportListQuery,
  response: z.array(Passport),
  paged: true,
  defaultLimit: 1000,
})

export const issuePassport = operation('issue_passport', {
  resource,
  summary: "Issue a passport signed by a gate's key.",
  access: { scope: 'passports:write' },
  aliases: ['passports:issue'],
  effect: 'write',
  retry: 'with_key',
  params: GateParams,
  body: PassportIssue,
  status: 201,
  response: Passport,
  secrets: ['agent_private_key'],
  errors: [409],
})

export const getPassport = operation('get_passport', {
  resource,
  summary: 'Get one passport of a gate.',
  access: { scope: 'passports:read' },
  effect: 'read',
  retry: 'safe',
  params: GatePassportParams,
  response: Passport,
})

export const revokePassport = operation('revoke_passport', {
  resource,
  summary: 'Revoke a passport of a gate; the next decision everywhere refuses it.',
  access: { scope: 'passports:write' },
  aliases: ['passports:revoke'],
  effect: 'destroy',
  retry: 'safe',
  params: GatePassportParams,
  response: PassportRevoked,
})

export const reissuePassport = operation('reissue_passport', {
  resource,
  summary: 'Replace a passport by one that is pinned to another catalog version; its counters carry over.',
  access: { scope: 'passports:write' },
  effect: 'write',
  retry: 'with_key',
  params: PassportParams,
  body: PassportReissue,
  bodyOptional: true,
  status: 201,
  response: ReissueResult,
  errors: [409],
})

export const listPlatformPassports = operation('list_platform_passports', {
  resource,
  summary: "List the passports of the workspace's issuers, newest first.",
  access: { scope: 'passports:read' },
  effect: 'read',
  retry: 'safe',
  query: IssuerPassportListQuery,
  response: z.array(Passport),
  paged: true,
  defaultLimit: 1000,
})

export const createPassport = operation('create_passport', {
  resource,
  summary:
    'Issue a passport signed by an issuer, or hand in one that the issuer signed with a key of its own.',
  access: { scope: 'passports:write' },
  aliases: ['passports:issue'],
  effect: 'write',
  retry: 'with_key',
  body: PassportCreate,
  status: 201,
  response: Passport,
  secrets: ['agent_private_key'],
  errors: [404, 409],
})

export const getPlatformPassport = operation('get_platform_passport', {
  resource,
  summary: 'Get one passport of the workspace, whoever issued it.',
  access: { scope: 'passports:read' },
  effect: 'read',
  retry: 'safe',
  params: PassportParams,
  response: Passport,
})

export const revokePlatformPassport = operation('revoke_platform_passport', {
  resource,
  summary: 'Revoke a passport of the workspace; the next decision everywhere refuses it.',
  access: { scope: 'passports:write' },
  aliases: ['passports:revoke'],
  effect: 'destroy',
  retry: 'safe',
  params: PassportParams,
  response: PassportRevoked,
})

export const verifyPassport = operation('verify_passport', {
  resource,
  summary: 'Verify an envelope: signature, chain, expiry and revocation, without asking what it may do.',
  access: { scope: 'passports:read' },
  effect: 'read',
  retry: 'safe',
  body: SignedEnvelopeBody,
  response: PassportVerifyResult,
  largeBody: true,
})
