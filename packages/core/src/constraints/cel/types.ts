import { environment } from './environment.ts'

/** Types go by their CEL names; this one is known only while running. */
export const DYN = 'dyn'
export const BOOL = 'bool'

const NUMERIC = new Set(['int', 'uint', 'double'])

/** Types that an expression may name as values, as in `type(metadata.x) == string`. */
export const TYPE_NAMES: ReadonlySet<string> = new Set([
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

const CONSTANT_TYPES: ReadonlyMap<string | undefined, string> = new Map([
  ['boolValue', BOOL],
  ['int64Value', 'int'],
  ['uint64Value', 'uint'],
  ['doubleValue', 'double'],
  ['stringValue', 'string'],
  ['bytesValue', 'bytes'],
  ['nullValue', 'null_type'],
])

export function constantType(kind: string | undefined): string {
  const type = CONSTANT_TYPES.get(kind)
  if (type === undefined) throw new Error('holds a constant that is not supported')
  return type
}

/** Whether a value of the type may be large. */
export function isSized(type: string): boolean {
  return type === DYN || type === 'list' || type === 'map' || type === 'string' || type === 'bytes'
}

/** Whether values of two types can ever be equal. */
export function comparable(a: string, b: string): boolean {
  if (a === DYN || b === DYN || a === b) return true
  return NUMERIC.has(a) && NUMERIC.has(b)
}

/** Type of the result of a function whose parameters fit; `dyn` when several with different results do. */
export function resultType(name: string, target: string | undefined, args: readonly string[]): string {
  const results = new Set<string>()
  for (const candidate of environment.funcs.find(name) ?? []) {
    const own = candidate.target?.name
    if ((own === undefined) !== (target === undefined) || candidate.arguments.length !== args.length) continue
    const fits = candidate.arguments.every((parameter, i) => accepts(parameter.name, args[i] ?? DYN))
    if (fits && (own === undefined || accepts(own, target ?? DYN))) results.add(candidate.result.name)
  }
  const [only, ...others] = results
  if (only === undefined) {
    const receiver = target === undefined ? '' : `${target}.`
    throw new Error(`there is no \`${name}\` for ${receiver}(${args.join(', ')})`)
  }
  return others.length === 0 ? only : DYN
}

function accepts(parameter: string, argument: string): boolean {
  return parameter === DYN || argument === DYN || parameter === argument
}
