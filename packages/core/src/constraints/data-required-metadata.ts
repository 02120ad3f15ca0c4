import { z } from 'zod'
import { defineConstraint } from './constraint.ts'
import { includesAll } from './coverage.ts'
import { metadataField } from './metadata.ts'
import { MAX_ENTRIES } from './values.ts'

/** Refuses an action that does not say what must be known of it. */
export const dataRequiredMetadata = defineConstraint({
  key: 'core:data:required_metadata',
  sequence: 62,
  kind: 'limit',
  name: 'Required metadata',
  description: 'Blocks when one of these fields of metadata is absent or empty.',
  value_type: 'list',
  unit: null,
  value: z.array(z.string().min(1).max(255)).max(MAX_ENTRIES),
  evaluate(limit, facts) {
    const missing = limit.filter((field) => isEmpty(metadataField(facts.metadata, field)))
    if (missing.length === 0) return { result: 'pass', limit }
    return {
      result: 'block',
      reason: 'metadata_missing',
      limit,
      current: missing,
      detail: `${missing.length} of ${limit.length} required fields are absent or empty: ${missing.slice(0, 5).join(', ')}`,
    }
  },
  narrows: (parent, child) => includesAll(child, parent),
})

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  if (typeof value === 'string') return value.trim() === ''
  if (typeof value === 'number') return Number.isNaN(value)
  return typeof value === 'object' && Object.keys(value).length === 0
}
