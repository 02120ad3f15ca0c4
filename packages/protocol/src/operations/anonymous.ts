import { z } from 'zod'
import { AnonymousLogEntry, AnonymousPolicy, AnonymousPolicySet } from '../schemas/anonymous.ts'
import { PageQuery } from '../schemas/common.ts'
import { GateParams } from '../schemas/gates.ts'
import { operation } from './operation.ts'

const resource = 'anonymous'

export const getAnonymousPolicy = operation('get_anonymous_policy', {
  resource,
  summary: 'Get what callers without a passport may do at a gate.',
  access: { scope: 'gates:read' },
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  response: AnonymousPolicy,
})

export const setAnonymousPolicy = operation('set_anonymous_policy', {
  resource,
  summary: 'Set what callers without a passport may do at a gate; what is left out keeps its value.',
  access: { scope: 'gates:write' },
  effect: 'write',
  retry: 'safe',
  params: GateParams,
  body: AnonymousPolicySet,
  response: AnonymousPolicy,
  errors: [409],
})

export const getAnonymousLog = operation('get_anonymous_log', {
  resource,
  summary: 'List the checks of callers without a passport, newest first.',
  access: { scope: 'attestations:read' },
  aliases: ['gates:read'],
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  query: PageQuery,
  response: z.array(AnonymousLogEntry),
  paged: true,
})
