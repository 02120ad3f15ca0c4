/** Digits with at most one blank or dash between two of them. */
const RUN = /\d(?:[ -]?\d)*/g
const SHORTEST = 13
const LONGEST = 19
/** Hashes and the like: long, with letters, and hexadecimal throughout. */
const HEX_TOKEN = /\b(?=[0-9a-f]*[a-f])[0-9a-f]{32,}\b/gi

/** Whether a text holds 13 to 19 digits, perhaps in groups, that pass the Luhn check as a payment card's do. */
export function hasCardNumber(text: string): boolean {
  for (const [run] of text.replace(HEX_TOKEN, ' ').matchAll(RUN)) {
    if (run.length >= SHORTEST && groupsHoldCard(run.split(/[ -]/))) return true
  }
  return false
}

/** A number may begin and end at any group: other numbers can stand beside it. */
function groupsHoldCard(groups: readonly string[]): boolean {
  for (let first = 0; first < groups.length; first += 1) {
    let digits = ''
    for (let last = first; last < groups.length; last += 1) {
      digits += groups[last] ?? ''
      if (digits.length > LONGEST) break
      if (digits.length >= SHORTEST && isCardNumber(digits)) return true
    }
  }
  return false
}

/** No scheme's numbers begin with 0, and those that begin with 1 belong to airlines. */
function isCardNumber(digits: string): boolean {
  if (digits.startsWith('0') || digits.startsWith('1')) return false
  let sum = 0
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i])
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0 && new Set(digits).size > 1
}
