import { z } from 'zod'
import { PageQuery } from '../schemas/common.ts'
import {
  CategoryQuery,
  ConstraintsSet,
  ConstraintsUpdated,
  ConstraintTemplate,
  ConstraintTemplateCreate,
  ConstraintType,
  ConstraintVersion,
  PassportConstraints,
  TemplateApplied,
  TemplateApply,
} from '../schemas/constraints.ts'
import { PassportParams } from '../schemas/passports.ts'
import { operation } from './operation.ts'

const resource = 'constraints'

export const getConstraints = operation('get_constraints', {
  resource,
  summary: 'Get the constraints in force for a passport.',
  access: { scope: 'constraints:read' },
  effect: 'read',
  retry: 'safe',
  params: PassportParams,
  response: PassportConstraints,
})

export const setConstraints = operation('set_constraints', {
  resource,
  summary:
    'Set constraints beside those that are signed; they may add and tighten, never loosen. The body is the map itself.',
  access: { scope: 'constraints:write' },
  effect: 'write',
  retry: 'safe',
  params: PassportParams,
  body: ConstraintsSet,
  response: ConstraintsUpdated,
})

export const applyConstraintTemplate = operation('apply_constraint_template', {
  resource,
  summary: 'Apply a template: the constraints that it names are replaced, the others stay.',
  access: { scope: 'constraints:write' },
  effect: 'write',
  retry: 'with_key',
  params: PassportParams,
  body: TemplateApply,
  response: TemplateApplied,
})

export const listConstraintHistory = operation('list_constraint_history', {
  resource,
  summary: 'List the versions of what was set for a passport, newest first.',
  access: { scope: 'constraints:read' },
  effect: 'read',
  retry: 'safe',
  params: PassportParams,
  query: PageQuery,
  response: z.array(ConstraintVersion),
  paged: true,
})

export const listConstraintTypes = operation('list_constraint_types', {
  resource,
  summary: 'List the constraint types in their order of evaluation.',
  access: { scope: 'constraints:read' },
  effect: 'read',
  retry: 'safe',
  query: CategoryQuery,
  response: z.array(ConstraintType),
  paged: true,
  defaultLimit: 1000,
})

export const listConstraintTemplates = operation('list_constraint_templates', {
  resource,
  summary: 'List the built-in constraint templates and those of the workspace.',
  access: { scope: 'constraints:read' },
  effect: 'read',
  retry: 'safe',
  query: CategoryQuery,
  response: z.array(ConstraintTemplate),
  paged: true,
  defaultLimit: 1000,
})

export const createConstraintTemplate = operation('create_constraint_template', {
  resource,
  summary: 'Create a constraint template of the workspace.',
  access: { scope: 'constraints:write' },
  effect: 'write',
  retry: 'with_key',
  body: ConstraintTemplateCreate,
  status: 201,
  response: ConstraintTemplate,
  errors: [409],
})
