import { isCelError } from '@bufbuild/cel'
import { MAX_PATTERN, PATTERN_COST } from './bounds.ts'
import type { Expr } from './check-expression.ts'
import { environment } from './environment.ts'

/**
 * Checks the pattern of a `matches`. It must be written out, for the engine compiles it on every evaluation, in a
 * time that grows with its counted repetitions.
 * @returns what it costs
 */
export function checkPattern(expr: Expr | undefined, loops: number): number {
  if (loops > 0) throw new Error('must not match patterns within a loop')
  const constant = expr?.exprKind.case === 'constExpr' ? expr.exprKind.value.constantKind : undefined
  if (constant?.case !== 'stringValue') throw new Error('`matches` takes a pattern that is written out')
  const pattern = constant.value
  if (pattern.length > MAX_PATTERN) throw new Error(`a pattern must have at most ${MAX_PATTERN} characters`)
  if (/\{\d{2,}/.test(pattern) || (pattern.match(/\{/g)?.length ?? 0) > 4) {
    throw new Error('a pattern must not repeat more than 9 times, nor count repetitions more than 4 times')
  }
  const result = environment.funcs.find('matches')?.call(0, '', [pattern])
  if (result === undefined || isCelError(result)) throw new Error('a pattern is not a regular expression')
  return PATTERN_COST
}
