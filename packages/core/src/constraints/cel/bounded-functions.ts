import { CelScalar, celEnv, celFunc, celList, celMethod, isCelError, listType } from '@bufbuild/cel'
import { globMatches } from '../glob.ts'
import { MAX_CONCATENATED, MAX_SEARCHED, MAX_TEXT_BUILT } from './bounds.ts'

const { BOOL, BYTES, DYN, INT, STRING } = CelScalar
const LIST = listType(DYN)

const standardMatches = celEnv().funcs.find('matches')

function bounded(length: number, most: number): void {
  if (length > most) throw new RangeError('too long')
}

function codePoints(text: string): bigint {
  let count = 0
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) count += 1
  return BigInt(count)
}

/**
 * Functions of the standard library whose time or memory grows with their arguments, each within a bound: what is
 * too long fails, and an expression that fails blocks.
 */
export const boundedFunctions = [
  celFunc('_+_', [STRING, STRING], STRING, (a, b) => {
    bounded(a.length + b.length, MAX_TEXT_BUILT)
    return a + b
  }),
  celFunc('_+_', [BYTES, BYTES], BYTES, (a, b) => {
    bounded(a.length + b.length, MAX_TEXT_BUILT)
    return Uint8Array.of(...a, ...b)
  }),
  celFunc('_+_', [LIST, LIST], LIST, (a, b) => {
    bounded(a.size + b.size, MAX_CONCATENATED)
    return celList([...a, ...b])
  }),
  celFunc('size', [STRING], INT, codePoints),
  celMethod('size', STRING, [], INT, function () {
    return codePoints(this)
  }),
  celMethod('contains', STRING, [STRING], BOOL, function (part) {
    // A glob finds its parts in a time that does not depend on what they hold, unlike `includes`.
    return part.length < 8 || part.includes('*') ? findsShort(this, part) : globMatches(`*${part}*`, this)
  }),
  celMethod('matches', STRING, [STRING], BOOL, function (pattern) {
    bounded(this.length, MAX_SEARCHED)
    const result = standardMatches?.call(0, this, [pattern])
    if (typeof result !== 'boolean') throw new Error(isCelError(result) ? result.message : 'no pattern')
    return result
  }),
]

function findsShort(text: string, part: string): boolean {
  bounded(part.length, MAX_SEARCHED)
  return text.includes(part)
}
