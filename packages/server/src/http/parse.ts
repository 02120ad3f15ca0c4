import { type FieldError, ModeiProblem } from '@modei/protocol'
import type { z } from 'zod'

function pointer(root: string, path: readonly PropertyKey[]): string {
  return `/${root}${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`
}

/** How many bad fields one answer names; the rest are only counted. */
const MAX_REPORTED = 100

interface Faults {
  readonly errors: FieldError[]
  count: number
}

function report(faults: Faults, message: string, root: string, path: readonly PropertyKey[]): void {
  faults.count += 1
  if (faults.errors.length < MAX_REPORTED) faults.errors.push({ pointer: pointer(root, path), message })
}

type Issue = z.core.$ZodIssue

function reportIssue(faults: Faults, root: string, issue: Issue, above: readonly PropertyKey[]): void {
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) report(faults, 'unknown field', root, [...path, key])
    return
  }
  // Of several shapes, the one that fits best is what the caller meant.
  const [closest] =
    issue.code === 'invalid_union' ? [...issue.errors].sort((a, b) => a.length - b.length) : []
  if (closest !== undefined && closest.length > 0) {
    for (const inner of closest) reportIssue(faults, root, inner, path)
    return
  }
  report(faults, issue.message, root, path)
}

export interface Parts {
  params?: unknown
  query?: unknown
  body?: unknown
}

/** HAZARD: zod compares the length of whatever has one, which throws for `{"length":{"valueOf":1,"toString":1}}`. */
function read(schema: z.ZodType, value: unknown): z.ZodSafeParseResult<unknown> | undefined {
  try {
    return schema.safeParse(value)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

/**
 * Parses every part of a request against its schema.
 * @throws {ModeiProblem} `request_invalid` with all bad fields at once, up to a hundred
 */
export function parseParts(
  schemas: { readonly [K in keyof Parts]?: z.ZodType | undefined },
  parts: Parts,
): Record<keyof Parts, unknown> {
  const faults: Faults = { errors: [], count: 0 }
  const parsed: Record<keyof Parts, unknown> = { params: undefined, query: undefined, body: undefined }
  for (const part of ['params', 'query', 'body'] as const) {
    const schema = schemas[part]
    if (schema === undefined) continue
    const result = read(schema, parts[part])
    if (result === undefined) report(faults, 'holds a value that cannot be read', part, [])
    else if (result.success) parsed[part] = result.data
    else for (const issue of result.error.issues) reportIssue(faults, part, issue, [])
  }
  const [first] = faults.errors
  if (first !== undefined) {
    const more = faults.count > 1 ? ` (and ${faults.count - 1} more)` : ''
    throw new ModeiProblem('request_invalid', `${first.pointer}: ${first.message}${more}`, {
      errors: faults.errors,
    })
  }
  return parsed
}
