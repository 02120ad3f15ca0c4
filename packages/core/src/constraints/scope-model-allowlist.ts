import { defineConstraint } from './constraint.ts'
import { includesAll } from './coverage.ts'
import { metadataField } from './metadata.ts'
import { TextList } from './values.ts'

/** Refuses an agent that does not run, or does not say that it runs, on one of these models. */
export const scopeModelAllowlist = defineConstraint({
  key: 'core:scope:model_allowlist',
  sequence: 26,
  kind: 'limit',
  name: 'Allowed models',
  description: 'Blocks when metadata.model is absent or not one of these.',
  value_type: 'list',
  unit: null,
  value: TextList,
  evaluate(limit, facts) {
    const model = metadataField(facts.metadata, 'model')
    if (typeof model !== 'string') {
      return {
        result: 'block',
        reason: 'model_missing',
        limit,
        detail: 'metadata.model does not name a model',
      }
    }
    if (limit.includes(model)) return { result: 'pass', limit, requested: model }
    return {
      result: 'block',
      reason: 'model_not_allowed',
      limit,
      requested: model,
      detail: `metadata.model is none of the ${limit.length} allowed models`,
    }
  },
  narrows: includesAll,
})
