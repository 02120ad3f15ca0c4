import { SignedEnvelopeBody } from '../schemas/common.ts'
import { PassportParams } from '../schemas/passports.ts'
import { PassportRegistered, SelfRevoke, SelfRevoked } from '../schemas/self-issued.ts'
import { operation } from './operation.ts'

const resource = 'passports'

export const registerPassport = operation('register_passport', {
  resource,
  summary: 'Register a self-issued or delegated passport, so that its id is enough from now on.',
  access: 'public',
  effect: 'write',
  retry: 'safe',
  body: SignedEnvelopeBody,
  response: PassportRegistered,
  largeBody: true,
  errors: [409],
})

export const revokeSelfIssuedPassport = operation('revoke_self_issued_passport', {
  resource,
  summary:
    "Revoke a self-issued or delegated passport with a statement signed by its own key or an ancestor's.",
  access: 'public',
  effect: 'destroy',
  retry: 'never',
  params: PassportParams,
  body: SelfRevoke,
  response: SelfRevoked,
  largeBody: true,
  errors: [409],
})
