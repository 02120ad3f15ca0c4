import { z } from 'zod'
import {
  AttestationParams,
  EnforcementAttestation,
  EnforcementListQuery,
  EnforceRequest,
  EnforceResult,
  VerifyResult,
} from '../schemas/enforcement.ts'
import { PassportParams } from '../schemas/passports.ts'
import { operation } from './operation.ts'

const resource = 'enforcement'

export const enforceAction = operation('enforce_action', {
  resource,
  summary:
    'Decide whether a passport may perform an action now, within its constraints, and record the decision.',
  access: { scope: 'enforcement:write' },
  aliases: ['enforce:write'],
  effect: 'write',
  retry: 'with_key',
  body: EnforceRequest,
  response: EnforceResult,
  largeBody: true,
  errors: [404, 409],
})

export const listEnforcementAttestations = operation('list_enforcement_attestations', {
  resource,
  summary: 'List the enforcement decisions about a passport, newest first.',
  access: { scope: 'enforcement:read' },
  effect: 'read',
  retry: 'safe',
  params: PassportParams,
  query: EnforcementListQuery,
  response: z.array(EnforcementAttestation),
  paged: true,
})

export const getEnforcementAttestation = operation('get_enforcement_attestation', {
  resource,
  summary: 'Get one enforcement decision.',
  access: { scope: 'enforcement:read' },
  effect: 'read',
  retry: 'safe',
  params: AttestationParams,
  response: EnforcementAttestation,
})

export const verifyEnforcementAttestation = operation('verify_enforcement_attestation', {
  resource,
  summary: 'Verify the signature and the place in the chain of one enforcement decision.',
  access: { scope: 'enforcement:read' },
  effect: 'read',
  retry: 'safe',
  params: AttestationParams,
  response: VerifyResult,
})
