import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import { z } from 'zod'
import { MAX_EXPRESSION } from './cel/bounds.ts'
import { toCelValue } from './cel/cel-value.ts'
import { type Bindings, type CompiledExpression, compileExpression } from './cel/compile-expression.ts'
import { USAGE_FIELDS } from './cel/usage-fields.ts'
import { type ActionFacts, defineConstraint } from './constraint.ts'
import { targetHost } from './target-host.ts'
import { momentOf } from './values.ts'
import { invalidCost } from './verdicts.ts'

const Expression = z
  .string()
  .min(1)
  .max(MAX_EXPRESSION)
  .superRefine((text, context) => {
    const compiled = compileExpression(text)
    if (!compiled.ok) context.addIssue({ code: 'custom', message: compiled.message })
  })

/** Permits what an expression in the Common Expression Language calls true. */
export const policyExpression = defineConstraint({
  key: 'core:policy:expression',
  sequence: 70,
  kind: 'limit',
  name: 'Policy expression',
  description:
    'Blocks unless this Common Expression Language expression is true. Variables: action, target, target_host, ' +
    'cost_cents, metadata, now, passport, usage.',
  value_type: 'string',
  unit: null,
  value: Expression,
  needs(text, qualifiers) {
    const compiled = compileExpression(text)
    if (!compiled.ok) return []
    return [...compiled.usageFields].flatMap((field) => USAGE_FIELDS.get(field)?.tracker(qualifiers) ?? [])
  },
  evaluate(text, facts) {
    const invalid = invalidCost(facts, text)
    if (invalid !== undefined) return invalid
    const compiled = compileExpression(text)
    if (!compiled.ok) {
      return { result: 'block', reason: 'constraint_unreadable', limit: text, detail: compiled.message }
    }
    const bindings = bind(compiled, facts)
    if (typeof bindings === 'string') {
      return { result: 'block', reason: 'expression_failed', limit: text, detail: bindings }
    }
    const result = compiled.evaluate(bindings)
    if ('error' in result) {
      return { result: 'block', reason: 'expression_failed', limit: text, detail: `failed: ${result.error}` }
    }
    if (result.value === true) return { result: 'pass', limit: text }
    return {
      result: 'block',
      reason: 'expression_not_true',
      limit: text,
      detail: 'the expression is not true',
    }
  },
  narrows: (parent, child) => parent === child,
})

const NOTHING: Bindings['metadata'] = new Map()

/** What the expression reads of the facts, and no more; a sentence when that is not to be had. */
function bind(compiled: CompiledExpression & { ok: true }, facts: ActionFacts): Bindings | string {
  const reads = compiled.variables
  const usage = new Map<string, bigint>()
  for (const field of compiled.usageFields) {
    const value = USAGE_FIELDS.get(field)?.read(facts.usage, facts.qualifiers)
    if (value === undefined) return `\`usage.${field}\` is not known`
    usage.set(field, BigInt(value))
  }
  let metadata = NOTHING
  if (reads.has('metadata')) {
    const converted = metadataOf(facts.metadata)
    if (converted === undefined) return 'metadata is too large for an expression'
    metadata = converted
  }
  return {
    action: facts.action,
    target: facts.target ?? null,
    target_host: reads.has('target_host') ? (targetHost(facts.target) ?? null) : null,
    cost_cents: BigInt(facts.cost_cents),
    metadata,
    now: timestampFromMs(facts.now),
    passport: reads.has('passport') ? passportOf(facts) : NOTHING,
    usage,
  }
}

function metadataOf(metadata: ActionFacts['metadata']): Bindings['metadata'] | undefined {
  try {
    const converted = toCelValue(metadata)
    return converted instanceof Map ? converted : undefined
  } catch {
    return undefined
  }
}

function passportOf({ passport }: ActionFacts): Bindings['passport'] {
  return {
    passport_id: passport.passport_id,
    agent_id: passport.agent_id,
    agent_name: passport.agent_name,
    gate_id: passport.gate_id,
    permissions: passport.permissions.slice(),
    expires_at: timestampFromMs(momentOf(passport.expires_at)),
  }
}
