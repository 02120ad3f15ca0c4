import type { parse } from '@bufbuild/cel'
import { COMPARISON_COST, MAX_COST, MAX_ITEMS, MAX_NODES, READING_COST } from './bounds.ts'
import { PASSPORT_FIELDS, VARIABLES, type VariableName } from './environment.ts'
import { checkPattern } from './pattern.ts'
import { readTimestamp } from './time-functions.ts'
import { BOOL, comparable, constantType, DYN, isSized, resultType, TYPE_NAMES } from './types.ts'
import { USAGE_FIELDS } from './usage-fields.ts'

export type Expr = ReturnType<typeof parse>['expr']
type ExprOf<Case extends Expr['exprKind']['case']> =
  Extract<Expr['exprKind'], { case: Case }> extends {
    value: infer Value
  }
    ? Value
    : never

/** What an expression reads, found without running it. */
export interface CheckedExpression {
  variables: Set<VariableName>
  usageFields: Set<string>
}

interface Checked {
  type: string
  /** Steps of one evaluation at most. */
  cost: number
}

interface Scope {
  /** Types of the variables of the loop around. */
  locals: ReadonlyMap<string, string>
  /** The hidden variable in which the loop around gathers its result. */
  accumulator: string | undefined
}

interface Walk extends CheckedExpression {
  nodes: number
}

const OUTSIDE: Scope = { locals: new Map(), accumulator: undefined }
/** Functions that read all of a text or list, or parse one. */
const READERS = new Set('_+_ size contains string bytes int uint double bool timestamp duration'.split(' '))

/**
 * Checks names, types and cost of a parsed expression.
 * @throws Error with a message for its author
 */
export function checkExpression(expr: Expr): CheckedExpression {
  const walk: Walk = { nodes: 0, variables: new Set(), usageFields: new Set() }
  const { type, cost } = check(expr, OUTSIDE, walk)
  if (type !== BOOL && type !== DYN) throw new Error(`must be true or false, but is of type ${type}`)
  if (cost > MAX_COST) throw new Error('may take too long: use fewer or simpler steps in loops and patterns')
  return walk
}

function check(expr: Expr | undefined, scope: Scope, walk: Walk): Checked {
  walk.nodes += 1
  if (walk.nodes > MAX_NODES) throw new Error(`must have at most ${MAX_NODES} parts`)
  const kind = expr?.exprKind
  switch (kind?.case) {
    case 'constExpr':
      return { type: constantType(kind.value.constantKind.case), cost: 1 }
    case 'identExpr':
      return { type: identifierType(kind.value.name, scope, walk), cost: 1 }
    case 'selectExpr':
      return checkSelect(kind.value, scope, walk)
    case 'callExpr':
      return checkCall(kind.value, scope, walk)
    case 'listExpr':
      return made('list', kind.value.elements, scope, walk)
    case 'structExpr':
      if (kind.value.messageName !== '')
        throw new Error(`\`${kind.value.messageName}\` is not a type that can be made`)
      return made(
        'map',
        kind.value.entries.flatMap((entry) => [keyOf(entry), entry.value]),
        scope,
        walk,
      )
    case 'comprehensionExpr':
      return checkLoop(kind.value, scope, walk)
    default:
      throw new Error('holds something that is not supported')
  }
}

function keyOf({ keyKind }: ExprOf<'structExpr'>['entries'][number]): Expr | undefined {
  return keyKind.case === 'mapKey' ? keyKind.value : undefined
}

/** Lists of lists that grow from loop to loop would take ever longer to compare. */
function made(type: string, parts: readonly (Expr | undefined)[], scope: Scope, walk: Walk): Checked {
  if (scope.accumulator !== undefined) throw new Error('must not make a list or map within a loop')
  return { type, cost: 1 + sum(parts.map((part) => check(part, scope, walk))) }
}

function sum(parts: readonly Checked[]): number {
  return parts.reduce((total, part) => total + part.cost, 0)
}

function identifierType(name: string, scope: Scope, walk: Walk): string {
  const local = scope.locals.get(name)
  if (local !== undefined) return local
  if (name === 'usage') throw new Error('`usage` must be read by member, such as `usage.spent_daily`')
  if (isVariable(name)) {
    walk.variables.add(name)
    return VARIABLES[name].name
  }
  if (TYPE_NAMES.has(name)) return 'type'
  throw new Error(`\`${name}\` is not one of ${Object.keys(VARIABLES).join(', ')}`)
}

function isVariable(name: string): name is VariableName {
  return Object.hasOwn(VARIABLES, name)
}

function checkSelect({ operand, field, testOnly }: ExprOf<'selectExpr'>, scope: Scope, walk: Walk): Checked {
  const name = operand?.exprKind.case === 'identExpr' ? operand.exprKind.value.name : ''
  const root = scope.locals.has(name) ? '' : name
  if (root === 'usage') {
    if (!USAGE_FIELDS.has(field)) throw new Error(noMember('usage', field, USAGE_FIELDS))
    walk.variables.add('usage')
    walk.usageFields.add(field)
    return { type: testOnly ? BOOL : 'int', cost: 2 }
  }
  const { type, cost } = check(operand, scope, walk)
  if (type !== DYN && type !== 'map') throw new Error(`a ${type} has no member \`${field}\``)
  const known = root === 'passport' ? PASSPORT_FIELDS.get(field) : DYN
  if (known === undefined) throw new Error(noMember('passport', field, PASSPORT_FIELDS))
  return { type: testOnly ? BOOL : known, cost: cost + 1 }
}

function noMember(variable: string, field: string, known: ReadonlyMap<string, unknown>): string {
  return `\`${variable}\` has no member \`${field}\`, only ${[...known.keys()].join(', ')}`
}

function checkCall(call: ExprOf<'callExpr'>, scope: Scope, walk: Walk): Checked {
  const item = gatheredItem(call, scope)
  if (item !== undefined) return { type: 'list', cost: check(item, scope, walk).cost + READING_COST }
  const target = call.target === undefined ? undefined : check(call.target, scope, walk)
  const args = call.args.map((arg) => check(arg, scope, walk))
  const [first, second, third] = args
  const cost = 1 + (target?.cost ?? 0) + sum(args)
  switch (call.function) {
    case '_&&_':
    case '_||_':
    case '@not_strictly_false':
      for (const arg of args) requireTruth(arg, call.function)
      return { type: BOOL, cost }
    case '_?_:_':
      requireTruth(first, call.function)
      return { type: second?.type === third?.type ? (second?.type ?? DYN) : DYN, cost }
    case '_[_]':
      requireItems(first)
      return { type: DYN, cost }
    case '_==_':
    case '_!=_':
      if (!comparable(first?.type ?? DYN, second?.type ?? DYN)) {
        throw new Error(`a ${first?.type} never equals a ${second?.type}`)
      }
      return { type: BOOL, cost: cost + comparisonCost(first, second) }
  }
  if (call.function === 'timestamp') checkTime(call.args[0])
  const type = resultType(
    call.function,
    target?.type,
    args.map((arg) => arg.type),
  )
  return { type, cost: cost + ownCost(call, target, args, scope) }
}

/** A time that is written out is read now: its author learns what is wrong with it, not who is blocked by it. */
function checkTime(arg: Expr | undefined): void {
  if (arg?.exprKind.case !== 'constExpr') return
  const { constantKind } = arg.exprKind.value
  if (constantKind.case === 'stringValue') readTimestamp(constantKind.value)
}

function ownCost(
  call: ExprOf<'callExpr'>,
  target: Checked | undefined,
  args: readonly Checked[],
  scope: Scope,
): number {
  if (call.function === 'matches') return checkPattern(call.args.at(-1), scope.accumulator !== undefined)
  if (call.function === '@in') return COMPARISON_COST + comparisonCost(args[0], args[1])
  const reads = isSized(target?.type ?? '') || args.some((arg) => isSized(arg.type))
  return reads && READERS.has(call.function) ? READING_COST : 0
}

function requireTruth(checked: Checked | undefined, name: string): void {
  const type = checked?.type ?? DYN
  if (type !== DYN && type !== BOOL) throw new Error(`\`${name}\` takes no ${type}`)
}

function requireItems(checked: Checked | undefined): void {
  const type = checked?.type ?? DYN
  if (type !== DYN && type !== 'list' && type !== 'map') throw new Error(`a ${type} has no items`)
}

/** Values that loops have built may be as large as the loops were long. */
function comparisonCost(a: Checked | undefined, b: Checked | undefined): number {
  if (a === undefined || b === undefined || !isSized(a.type) || !isSized(b.type)) return 0
  return COMPARISON_COST + 4 * Math.min(a.cost, b.cost)
}

function checkLoop(loop: ExprOf<'comprehensionExpr'>, scope: Scope, walk: Walk): Checked {
  if (scope.accumulator !== undefined) throw new Error('must not hold a loop within a loop')
  if (!isGiven(loop.iterRange)) throw new Error('may loop only over a list or map as it is given')
  const range = check(loop.iterRange, scope, walk)
  requireItems(range)
  const start = check(loop.accuInit, scope, walk)
  const inside: Scope = {
    accumulator: loop.accuVar,
    locals: new Map([
      [loop.iterVar, DYN],
      ...(loop.iterVar2 === '' ? [] : [[loop.iterVar2, DYN] as const]),
      [loop.accuVar, start.type],
    ]),
  }
  const steps = [check(loop.loopCondition, inside, walk), check(loop.loopStep, inside, walk)]
  const result = check(loop.result, inside, walk)
  return { type: result.type, cost: range.cost + start.cost + result.cost + MAX_ITEMS * sum(steps) }
}

/** What `map` and `filter` add to their list in a step: they alone make lists in a loop, of one item each. */
function gatheredItem(call: ExprOf<'callExpr'>, { accumulator }: Scope): Expr | undefined {
  const [list, added] = call.args
  if (call.function !== '_+_' || list?.exprKind.case !== 'identExpr' || added?.exprKind.case !== 'listExpr')
    return undefined
  const [item, ...others] = added.exprKind.value.elements
  return list.exprKind.value.name === accumulator && others.length === 0 ? item : undefined
}

/** A range that cannot be longer than the data: no list that was put together on the way. */
function isGiven(range: Expr | undefined): boolean {
  const kind = range?.exprKind
  switch (kind?.case) {
    case 'identExpr':
    case 'listExpr':
    case 'structExpr':
      return true
    case 'selectExpr':
      return isGiven(kind.value.operand)
    case 'callExpr':
      return kind.value.function === '_[_]' && isGiven(kind.value.args[0])
    case 'comprehensionExpr':
      return isGiven(kind.value.iterRange)
    default:
      return false
  }
}
