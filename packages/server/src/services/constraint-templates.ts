import {
  type ConstraintTemplate as BuiltIn,
  builtInTemplates,
  findBuiltInTemplate,
  readConstraintMap,
} from '@modei/core'
import { type ConstraintTemplate, formatTimestamp, ModeiProblem } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { type Page, type Position, pageOf } from '../http/page.ts'
import type { IdempotencyClaim, Row } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import { setConstraints } from './constraints.ts'
import { jsonObject } from './json.ts'
import type { Services } from './services.ts'

export interface NewTemplate {
  slug: string
  name: string
  description?: string | undefined
  category?: string | undefined
  icon?: string | undefined
  constraints: Readonly<Record<string, unknown>>
}

/** The workspace's own templates, newest first, then the built-in ones. */
export async function listConstraintTemplates(
  { store }: Services,
  caller: Caller,
  category: string | undefined,
  limit: number,
  position: Position | undefined,
): Promise<Page<ConstraintTemplate[]>> {
  const { at, id } = position ?? { at: Number.MAX_SAFE_INTEGER, id: '' }
  let query = store.read
    .selectFrom('constraint_templates')
    .selectAll()
    .where('workspace_id', '=', caller.workspace_id)
    .where((row) =>
      row.or([row('created_at', '<', at), row.and([row('created_at', '=', at), row('slug', '<', id)])]),
    )
  if (category !== undefined) query = query.where('category', '=', category)
  const own = await query
    .orderBy('created_at', 'desc')
    .orderBy('slug', 'desc')
    .limit(limit + 1)
    .execute()
  const entries = [
    ...own.map((row) => ({ at: row.created_at, template: ownTemplate(row) })),
    ...builtIns.filter(
      (entry) => entry.at < at && (category === undefined || entry.template.category === category),
    ),
  ]
  return pageOf(
    entries.slice(0, limit + 1),
    limit,
    (entry) => ({ at: entry.at, id: entry.template.slug }),
    ({ template }) => template,
  )
}

/** Built-in templates stand before all time, in their order: so they come last, and a cursor can name them. */
const builtIns = builtInTemplates.map((template, index) => ({
  at: -1 - index,
  template: builtInTemplate(template),
}))

function ownTemplate(row: Row<'constraint_templates'>): ConstraintTemplate {
  const { slug, name, description, category, icon } = row
  return {
    slug,
    name,
    description,
    category,
    icon,
    constraints: jsonObject(row.constraints),
    is_system: false,
    created_at: formatTimestamp(row.created_at),
  }
}

function builtInTemplate(template: BuiltIn): ConstraintTemplate {
  return { ...template, constraints: { ...template.constraints }, is_system: true, created_at: null }
}

/** Adds a template to the workspace. It limits whole passports, so it names constraints and no permissions. */
export function createConstraintTemplate(
  { store }: Services,
  caller: Caller,
  request: NewTemplate,
  claim: IdempotencyClaim | null,
): Promise<ConstraintTemplate> {
  const read = readConstraintMap(request.constraints, [])
  if (!read.ok) {
    throw new ModeiProblem('request_invalid', read.errors[0]?.message ?? 'the constraints are not valid', {
      errors: read.errors.map(({ pointer, message }) => ({
        pointer: `/body/constraints${pointer}`,
        message,
      })),
    })
  }
  return writeOnce(store, claim, async (tx, now) => {
    const taken =
      findBuiltInTemplate(request.slug) ??
      (await tx
        .selectFrom('constraint_templates')
        .select('slug')
        .where('workspace_id', '=', caller.workspace_id)
        .where('slug', '=', request.slug)
        .executeTakeFirst())
    if (taken !== undefined) {
      throw new ModeiProblem('already_exists', `there already is a template \`${request.slug}\``)
    }
    const row: Row<'constraint_templates'> = {
      workspace_id: caller.workspace_id,
      slug: request.slug,
      name: request.name,
      description: request.description ?? null,
      category: request.category ?? null,
      icon: request.icon ?? null,
      constraints: JSON.stringify(request.constraints),
      created_at: now,
    }
    await tx.insertInto('constraint_templates').values(row).execute()
    return ownTemplate(row)
  })
}

/** Sets what a template names over what was set before; the rest of what was set stays. */
export async function applyConstraintTemplate(
  services: Services,
  caller: Caller,
  passportId: string,
  slug: string,
  claim: IdempotencyClaim | null,
): Promise<{ constraints: Record<string, unknown>; version: number }> {
  const constraints = await findTemplate(services, caller, slug)
  return setConstraints(
    services,
    caller,
    passportId,
    (current) => {
      if (constraints === undefined) throw new ModeiProblem('not_found', `no template \`${slug}\``)
      return { ...current, ...constraints }
    },
    claim,
  )
}

async function findTemplate(
  { store }: Services,
  caller: Caller,
  slug: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const builtIn = findBuiltInTemplate(slug)
  if (builtIn !== undefined) return builtIn.constraints
  const row = await store.read
    .selectFrom('constraint_templates')
    .select('constraints')
    .where('workspace_id', '=', caller.workspace_id)
    .where('slug', '=', slug)
    .executeTakeFirst()
  return row === undefined ? undefined : jsonObject(row.constraints)
}
