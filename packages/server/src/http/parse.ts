import { type FieldError, ModeiProblem } from '@modei/protocol'
import type { z } from 'zod'

function pointer(root: string, path: readonly PropertyKey[]): string {
  return `/${root}${path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}`
}

function fieldErrors(root: string, error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => issueErrors(root, issue, []))
}

type Issue = z.core.$ZodIssue

function issueErrors(root: string, issue: Issue, above: readonly PropertyKey[]): FieldError[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: pointer(root, [...path, key]), message: 'unknown field' }))
  }
  // Of several shapes, the one that fits best is what the caller meant.
  const [closest] = issue.code === 'invalid_union' ? [...issue.errors].sort((a, b) => a.length - b.length) : []
  if (closest !== undefined && closest.length > 0) {
    return closest.flatMap((inner) => issueErrors(root, inner, path))
  }
  return [{ pointer: pointer(root, path), message: issue.message }]
}

export interface Parts {
  params?: unknown
  query?: unknown
  body?: unknown
}

/**
 * Parses every part of a request against its schema.
 * @throws {ModeiProblem} `request_invalid` with all bad fields at once
 */
export function parseParts(
  schemas: { readonly [K in keyof Parts]?: z.ZodType | undefined },
  parts: Parts,
): Record<keyof Parts, unknown> {
  const errors: FieldError[] = []
  const parsed: Record<keyof Parts, unknown> = { params: undefined, query: undefined, body: undefined }
  for (const part of ['params', 'query', 'body'] as const) {
    const schema = schemas[part]
    if (schema === undefined) continue
    const result = schema.safeParse(parts[part])
    if (result.success) parsed[part] = result.data
    else errors.push(...fieldErrors(part, result.error))
  }
  if (errors.length > 0) {
    const first = errors[0]
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
    throw new ModeiProblem('request_invalid', `${first?.pointer}: ${first?.message}${more}`, { errors })
  }
  return parsed
}
