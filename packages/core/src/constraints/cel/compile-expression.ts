import { type CelInput, isCelError, parse, plan } from '@bufbuild/cel'
import { MAX_EXPRESSION, MAX_NESTING } from './bounds.ts'
import { type CheckedExpression, checkExpression } from './check-expression.ts'
import { environment, type VARIABLES, type VariableName } from './environment.ts'

export type Bindings = { [Name in VariableName]: CelInput<(typeof VARIABLES)[Name]> }

/** An expression that may be evaluated, or why it may not be set. */
export type CompiledExpression =
  | ({ ok: true; evaluate(bindings: Bindings): ExpressionResult } & CheckedExpression)
  | { ok: false; message: string }

export type ExpressionResult = { value: unknown } | { error: string }

const MAX_CACHED = 500
const compiled = new Map<string, CompiledExpression>()

/** Parses, checks and plans an expression, once for each text. */
export function compileExpression(text: string): CompiledExpression {
  const known = compiled.get(text)
  if (known !== undefined) return known
  const result = compile(text)
  // Forgetting the oldest keeps memory flat however many expressions pass through.
  const [oldest] = compiled.keys()
  if (compiled.size >= MAX_CACHED && oldest !== undefined) compiled.delete(oldest)
  compiled.set(text, result)
  return result
}

function compile(text: string): CompiledExpression {
  if (text.length > MAX_EXPRESSION)
    return { ok: false, message: `must have at most ${MAX_EXPRESSION} characters` }
  if (nesting(text) > MAX_NESTING) return { ok: false, message: `must nest at most ${MAX_NESTING} brackets` }
  try {
    const { expr } = parse(text)
    const checked = checkExpression(expr)
    const run = plan(environment, expr)
    return {
      ok: true,
      ...checked,
      evaluate(bindings) {
        const result = run(bindings)
        return isCelError(result) ? { error: result.message } : { value: result }
      },
    }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : 'cannot be read' }
  }
}

function nesting(text: string): number {
  let open = 0
  let deepest = 0
  for (const character of text) {
    if ('([{'.includes(character)) open += 1
    else if (')]}'.includes(character)) open -= 1
    deepest = Math.max(deepest, open)
  }
  return deepest
}
