import { z } from 'zod'
import { ConstraintMap, id, OpenObject, optional, PageQuery, Timestamp, text } from './common.ts'

export const PassportConstraints = z
  .object({
    passport_id: z.string(),
    constraints: OpenObject.describe('In force: what is signed, tightened by what is set here'),
    granted: OpenObject.describe('Signed in the passport'),
    set: OpenObject.describe('Set on the server beside the grant'),
    version: z.int().describe('Version in force, named by each attestation; 0 while nothing was set'),
  })
  .meta({ id: 'PassportConstraints' })
export type PassportConstraints = z.infer<typeof PassportConstraints>

/** The body of the call is the map itself. */
export const ConstraintsSet = ConstraintMap.meta({
  id: 'ConstraintsSet',
  examples: [{ 'core:cost:max_per_day': 5000, 'core:scope:domain_allowlist': ['api.flights.example'] }],
})
export type ConstraintsSet = z.input<typeof ConstraintsSet>

export const ConstraintsUpdated = z
  .object({ updated: z.literal(true), constraints: OpenObject, version: z.int() })
  .meta({ id: 'ConstraintsUpdated' })
export type ConstraintsUpdated = z.infer<typeof ConstraintsUpdated>

const Slug = id('template', 'Name of a template: lower-case letters, digits and hyphens')

export const TemplateApply = z.strictObject({ template_slug: Slug }).meta({ id: 'TemplateApply' })
export type TemplateApply = z.input<typeof TemplateApply>

export const TemplateApplied = z
  .object({ applied: z.literal(true), constraints: OpenObject, version: z.int() })
  .meta({ id: 'TemplateApplied' })
export type TemplateApplied = z.infer<typeof TemplateApplied>

export const ConstraintVersion = z
  .object({
    version: z.int(),
    constraints: OpenObject.describe('Set on the server in this version'),
    set_by: z.string().describe('API key that set it'),
    set_at: Timestamp,
  })
  .meta({ id: 'ConstraintVersion' })
export type ConstraintVersion = z.infer<typeof ConstraintVersion>

/** An unknown category answers an empty list. */
export const CategoryQuery = PageQuery.extend({ category: z.string().max(100).optional() })

export const ConstraintType = z
  .object({
    constraint_key: z.string(),
    namespace: z.string(),
    name: z.string(),
    description: z.string(),
    value_type: z.string(),
    unit: z.string().nullable(),
    category: z.string().describe("The key's second part"),
    evaluation_order: z.int(),
    is_system: z.boolean(),
    value_schema: OpenObject.describe('JSON Schema of the value'),
  })
  .meta({ id: 'ConstraintType' })
export type ConstraintType = z.infer<typeof ConstraintType>

export const ConstraintTemplate = z
  .object({
    slug: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    category: z.string().nullable(),
    icon: z.string().nullable(),
    constraints: OpenObject,
    is_system: z.boolean().describe('Built in, or made by the workspace'),
    created_at: Timestamp.nullable(),
  })
  .meta({ id: 'ConstraintTemplate' })
export type ConstraintTemplate = z.infer<typeof ConstraintTemplate>

export const ConstraintTemplateCreate = z
  .strictObject({
    slug: Slug,
    name: text(200),
    description: optional(text(2000, 0)),
    category: optional(text(100)),
    icon: optional(text(100)),
    constraints: ConstraintMap,
  })
  .meta({ id: 'ConstraintTemplateCreate' })
export type ConstraintTemplateCreate = z.input<typeof ConstraintTemplateCreate>
