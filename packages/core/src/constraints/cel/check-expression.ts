import type { parse } from '@bufbuild/cel'
import { COMPARISON_COST, MAX_COST, MAX_ITEMS, MAX_NODES } from './bounds.ts'
import { environment, PASSPORT_FIELDS, VARIABLES, type VariableName } from './environment.ts'
import { checkPattern } from './pattern.ts'
import { USAGE_FIELDS } from './usage-fields.ts'

export type Expr = ReturnType<typeof parse>['expr']
type Call = Extract<Expr['exprKind'], { case: 'callExpr' }>['value']
type Comprehension = Extract<Expr['exprKind'], { case: 'comprehensionExpr' }>['value']

/** What an expression reads, found without running it. */
export interface CheckedExpression {
  variables: Set<VariableName>
  usageFields: Set<string>
}

/** A type by its CEL name; `dyn` when it is known only while running. */
interface Checked {
  type: string
  cost: number
}

interface Scope {
  /** Types of the variables of the comprehensions around. */
  locals: ReadonlyMap<string, string>
  loops: number
}

interface Walk extends CheckedExpression {
  nodes: number
}

const DYN = 'dyn'
const BOOL = 'bool'
const NUMERIC = new Set(['int', 'uint', 'double'])
const TYPE_NAMES = new Set([
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
])
const SIZED = new Set([DYN, 'list', 'map', 'string', 'bytes'])

/**
 * Checks names, types and cost of a parsed expression.
 * @throws Error with a message for its author
 */
export function checkExpression(expr: Expr): CheckedExpression {
  const walk: Walk = { nodes: 0, variables: new Set(), usageFields: new Set() }
  const { type, cost } = check(expr, { locals: new Map(), loops: 0 }, walk)
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
      return { type: 'list', cost: 1 + sum(kind.value.elements.map((item) => check(item, scope, walk))) }
    case 'structExpr': {
      if (kind.value.messageName !== '')
        throw new Error(`\`${kind.value.messageName}\` is not a type that can be made`)
      const parts = kind.value.entries.flatMap((entry) => [
        entry.keyKind.case === 'mapKey' ? entry.keyKind.value : undefined,
        entry.value,
      ])
      return { type: 'map', cost: 1 + sum(parts.map((part) => check(part, scope, walk))) }
    }
    case 'comprehensionExpr':
      return checkComprehension(kind.value, scope, walk)
    default:
      throw new Error('holds something that is not supported')
  }
}

function sum(parts: readonly Checked[]): number {
  return parts.reduce((total, part) => total + part.cost, 0)
}

function constantType(name: string | undefined): string {
  switch (name) {
    case 'boolValue':
      return BOOL
    case 'int64Value':
      return 'int'
    case 'uint64Value':
      return 'uint'
    case 'doubleValue':
      return 'double'
    case 'stringValue':
      return 'string'
    case 'bytesValue':
      return 'bytes'
    case 'nullValue':
      return 'null_type'
    default:
      throw new Error('holds a constant that is not supported')
  }
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

function checkSelect(
  select: Extract<Expr['exprKind'], { case: 'selectExpr' }>['value'],
  scope: Scope,
  walk: Walk,
): Checked {
  const { operand, field, testOnly } = select
  const root = operand?.exprKind.case === 'identExpr' ? operand.exprKind.value.name : undefined
  const isOwn = root !== undefined && !scope.locals.has(root)
  if (isOwn && root === 'usage') {
    if (!USAGE_FIELDS.has(field)) throw new Error(memberMessage('usage', field, USAGE_FIELDS))
    walk.variables.add('usage')
    walk.usageFields.add(field)
    walk.nodes += 2
    return { type: testOnly ? BOOL : 'int', cost: 2 }
  }
  const checked = check(operand, scope, walk)
  if (checked.type !== DYN && checked.type !== 'map')
    throw new Error(`a ${checked.type} has no member \`${field}\``)
  if (isOwn && root === 'passport') {
    const type = PASSPORT_FIELDS.get(field)
    if (type === undefined) throw new Error(memberMessage('passport', field, PASSPORT_FIELDS))
    return { type: testOnly ? BOOL : type, cost: checked.cost + 1 }
  }
  return { type: testOnly ? BOOL : DYN, cost: checked.cost + 1 }
}

function memberMessage(variable: string, field: string, known: ReadonlyMap<string, unknown>): string {
  return `\`${variable}\` has no member \`${field}\`, only ${[...known.keys()].join(', ')}`
}

function checkCall(call: Call, scope: Scope, walk: Walk): Checked {
  const target = call.target === undefined ? undefined : check(call.target, scope, walk)
  const args = call.args.map((arg) => check(arg, scope, walk))
  const cost = 1 + (target?.cost ?? 0) + sum(args)
  const [first = target, second] = args
  switch (call.function) {
    case '_&&_':
    case '_||_':
    case '@not_strictly_false':
      for (const arg of args) requireType(arg, BOOL, call.function)
      return { type: BOOL, cost }
    case '_?_:_':
      if (first !== undefined) requireType(first, BOOL, call.function)
      return { type: args[1]?.type === args[2]?.type ? (args[1]?.type ?? DYN) : DYN, cost }
    case '_[_]':
      if (first?.type !== 'list' && first?.type !== 'map' && first?.type !== DYN) {
        throw new Error(`a ${first?.type} has no items`)
      }
      return { type: DYN, cost }
    case '_==_':
    case '_!=_':
      if (!comparable(first?.type, second?.type))
        throw new Error(`a ${first?.type} never equals a ${second?.type}`)
      return {
        type: BOOL,
        cost: cost + (SIZED.has(first?.type ?? DYN) && SIZED.has(second?.type ?? DYN) ? COMPARISON_COST : 0),
      }
    case '@in':
      return { type: overload(call.function, target, args), cost: cost + COMPARISON_COST }
    case 'matches':
      return {
        type: overload(call.function, target, args),
        cost: cost + checkPattern(call.args.at(-1), scope.loops),
      }
    default:
      return { type: overload(call.function, target, args), cost }
  }
}

function requireType(checked: Checked, type: string, name: string): void {
  if (checked.type !== DYN && checked.type !== type) throw new Error(`\`${name}\` takes no ${checked.type}`)
}

function comparable(a = DYN, b = DYN): boolean {
  if (a === DYN || b === DYN || a === b) return true
  return NUMERIC.has(a) && NUMERIC.has(b)
}

/** Type of the result of a function whose parameters fit; `dyn` when several with different results do. */
function overload(name: string, target: Checked | undefined, args: readonly Checked[]): string {
  const results = new Set<string>()
  for (const candidate of environment.funcs.find(name) ?? []) {
    const own = candidate.target
    if ((own === undefined) !== (target === undefined) || candidate.arguments.length !== args.length) continue
    const fits = candidate.arguments.every((parameter, i) => accepts(parameter.name, args[i]?.type ?? DYN))
    if (fits && (own === undefined || accepts(own.name, target?.type ?? DYN)))
      results.add(candidate.result.name)
  }
  const [only, ...others] = results
  if (only === undefined) {
    const types = args.map((arg) => arg.type).join(', ')
    throw new Error(`there is no \`${name}\` for ${target === undefined ? '' : `${target.type}.`}(${types})`)
  }
  return others.length === 0 ? only : DYN
}

function accepts(parameter: string, argument: string): boolean {
  return parameter === DYN || argument === DYN || parameter === argument
}

function checkComprehension(loop: Comprehension, scope: Scope, walk: Walk): Checked {
  if (scope.loops > 0) throw new Error('must not hold a loop within a loop')
  if (!isBoundedRange(loop.iterRange)) throw new Error('may loop only over a list or map as it is given')
  const range = check(loop.iterRange, scope, walk)
  if (range.type !== 'list' && range.type !== 'map' && range.type !== DYN)
    throw new Error(`a ${range.type} has no items`)
  const start = check(loop.accuInit, scope, walk)
  const inside: Scope = {
    loops: scope.loops + 1,
    locals: new Map([
      ...scope.locals,
      [loop.iterVar, DYN],
      ...(loop.iterVar2 === '' ? [] : [[loop.iterVar2, DYN] as const]),
      [loop.accuVar, start.type],
    ]),
  }
  const steps = [check(loop.loopCondition, inside, walk), check(loop.loopStep, inside, walk)]
  const result = check(loop.result, inside, walk)
  return { type: result.type, cost: range.cost + start.cost + result.cost + MAX_ITEMS * sum(steps) }
}

/** A range that cannot be longer than the data: no list put together on the way. */
function isBoundedRange(range: Expr | undefined): boolean {
  const kind = range?.exprKind
  switch (kind?.case) {
    case 'identExpr':
    case 'listExpr':
    case 'structExpr':
      return true
    case 'selectExpr':
      return isBoundedRange(kind.value.operand)
    case 'callExpr':
      return kind.value.function === '_[_]' && isBoundedRange(kind.value.args[0])
    case 'comprehensionExpr':
      return isBoundedRange(kind.value.iterRange)
    default:
      return false
  }
}
