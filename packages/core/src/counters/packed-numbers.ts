/*
 * Whole numbers, from 0 to one above the largest safe integer, as one text that is appended to and read from its
 * front without looking at the rest. A number is its digits in base 32, the lowest first. The last digit of a number
 * has characters of its own, so nothing separates them, and no character is one that JSON would escape.
 */

const BASE = 32
/** `#` to `B`. */
const LAST = 35
/** `]` to `|`. */
const MORE = 93
const LAST_DIGITS = Array.from({ length: BASE }, (_, digit) => String.fromCharCode(LAST + digit))
const MORE_DIGITS = Array.from({ length: BASE }, (_, digit) => String.fromCharCode(MORE + digit))
const PACKED = /^(?:[\]-|]{0,10}[#-B])*$/

export function packNumber(number: number): string {
  let text = ''
  let left = number
  while (left >= BASE) {
    const higher = Math.floor(left / BASE)
    text += MORE_DIGITS[left - higher * BASE]
    left = higher
  }
  const last = LAST_DIGITS[left]
  if (last === undefined) throw new RangeError('only whole numbers can be packed')
  return text + last
}

/** Whether a text has the form of packed numbers. */
export function isPacked(text: string): boolean {
  return PACKED.test(text)
}

/** Reads packed numbers one after the other. */
export class PackedReader {
  readonly #text: string
  /** How many characters are read. */
  offset = 0

  constructor(text: string) {
    this.#text = text
  }

  get isDone(): boolean {
    return this.offset >= this.#text.length
  }

  /** @throws {RangeError} where there is no number */
  next(): number {
    let number = 0
    for (let scale = 1; this.offset < this.#text.length; scale *= BASE) {
      const code = this.#text.charCodeAt(this.offset)
      this.offset += 1
      if (isDigit(code - LAST)) return number + (code - LAST) * scale
      if (!isDigit(code - MORE)) break
      number += (code - MORE) * scale
    }
    throw new RangeError('there is no packed number')
  }
}

function isDigit(value: number): boolean {
  return value >= 0 && value < BASE
}
