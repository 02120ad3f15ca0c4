import { isCelError } from '@bufbuild/cel'
import { MAX_COST, MAX_PATTERN, STATE_COST } from './bounds.ts'
import type { Expr } from './check-expression.ts'
import { environment } from './environment.ts'

/**
 * Checks the pattern of a `matches`. It must be written out, for the engine compiles it on every evaluation, and
 * its states are what matching costs.
 * @returns what it costs
 */
export function checkPattern(expr: Expr | undefined, inLoop: boolean): number {
  if (inLoop) throw new Error('must not match patterns within a loop')
  const constant = expr?.exprKind.case === 'constExpr' ? expr.exprKind.value.constantKind : undefined
  if (constant?.case !== 'stringValue') throw new Error('`matches` takes a pattern that is written out')
  const pattern = constant.value
  if (pattern.length > MAX_PATTERN) throw new Error(`a pattern must have at most ${MAX_PATTERN} characters`)
  const cost = countStates(pattern) * STATE_COST
  if (cost > MAX_COST) throw new Error('a pattern must not repeat so much')
  const result = environment.funcs.find('matches')?.call(0, '', [pattern])
  if (result === undefined || isCelError(result)) throw new Error('a pattern is not a regular expression')
  return cost
}

const TOKEN = /\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}|[\s\S]/gu

/** At least as many states as the pattern has once its counted repetitions are written out. */
function countStates(pattern: string): number {
  const groups: number[] = []
  let total = 0
  let last = 0
  for (const [token] of pattern.matchAll(TOKEN)) {
    if (token === '(') {
      groups.push(total)
      total = 0
      last = 0
    } else if (token === ')') {
      last = total + 1
      total = last + (groups.pop() ?? 0)
    } else if (token.startsWith('{') && token.length > 1) {
      const most = Math.max(...token.slice(1, -1).split(',').map(Number), 1)
      total += last * most
      last += last * most
    } else {
      last = '*+?'.includes(token) ? last + 1 : 1
      total += 1
    }
  }
  return total + groups.reduce((sum, group) => sum + group, 0)
}
