import { z } from 'zod'
import { PageQuery } from '../schemas/common.ts'
import {
  Gate,
  GateCreate,
  GateDeleted,
  GateParams,
  GatePublic,
  GateRevocations,
  GateUpdate,
  KeyRotate,
  KeyRotated,
} from '../schemas/gates.ts'
import { operation } from './operation.ts'

const resource = 'gates'

export const listGates = operation('list_gates', {
  resource,
  summary: 'List the gates of the workspace, newest first.',
  access: { scope: 'gates:read' },
  effect: 'read',
  retry: 'safe',
  query: PageQuery,
  paged: true,
  defaultLimit: 1000,
  response: z.array(Gate),
})

export const createGate = operation('create_gate', {
  resource,
  summary: 'Create a gate with its own signing key.',
  access: { scope: 'gates:write' },
  aliases: ['gates:create', 'gates:manage'],
  effect: 'write',
  retry: 'with_key',
  body: GateCreate,
  status: 201,
  response: Gate,
  errors: [409],
})

export const getGate = operation('get_gate', {
  resource,
  summary: 'Get one gate.',
  access: { scope: 'gates:read' },
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  response: Gate,
})

const update = {
  resource,
  summary: 'Change the settings of a gate; what is left out keeps its value.',
  access: { scope: 'gates:write' },
  aliases: ['gates:update', 'gates:manage'],
  effect: 'write',
  retry: 'safe',
  params: GateParams,
  body: GateUpdate,
  response: Gate,
  errors: [409],
} as const

export const updateGate = operation('update_gate', update)
export const replaceGate = operation('replace_gate', update)

export const deleteGate = operation('delete_gate', {
  resource,
  summary: 'Archive a gate: it decides and signs nothing more, its history stays readable.',
  access: { scope: 'gates:write' },
  aliases: ['gates:delete', 'gates:manage'],
  effect: 'destroy',
  retry: 'safe',
  params: GateParams,
  response: GateDeleted,
})

export const getGatePublic = operation('get_gate_public', {
  resource,
  summary: "Get a gate's public keys and profile, for verifying what it signed.",
  access: 'public',
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  response: GatePublic,
})

export const getGateRevocations = operation('get_gate_revocations', {
  resource,
  summary: "Get the signed, dated list of a gate's revoked passports that have not expired yet.",
  access: 'public',
  effect: 'read',
  retry: 'safe',
  params: GateParams,
  response: GateRevocations,
})

export const rotateGateKey = operation('rotate_gate_key', {
  resource,
  summary: 'Give a gate a new signing key; what the old key signed stays valid unless it was compromised.',
  access: { scope: 'gates:write' },
  effect: 'destroy',
  retry: 'with_key',
  params: GateParams,
  body: KeyRotate,
  bodyOptional: true,
  response: KeyRotated,
  errors: [409],
})
