/*
 * The evaluator has no limit of its own, and expressions come in passports that anybody may sign. So what an
 * expression can cost is bounded when it is read, given how large the data is that it may meet.
 */

export const MAX_EXPRESSION = 2000
/** Nodes of the syntax tree. */
export const MAX_NODES = 256
/** Steps that one evaluation takes at most, a step being about a microsecond. */
export const MAX_COST = 10_000
/** Brackets within brackets, beyond which the parser itself would take too long. */
export const MAX_NESTING = 32

/** Largest list or map that an expression may meet. */
export const MAX_ITEMS = 100
/** Values in all of `metadata`. */
export const MAX_VALUES = 500
export const MAX_DEPTH = 16
/** Characters in all of `metadata`. */
export const MAX_CHARACTERS = 16_384

/** Characters that adding texts may make. */
export const MAX_TEXT_BUILT = 32_768
/** Items that adding lists may make. */
export const MAX_CONCATENATED = 200
/** Characters in which a pattern is looked for. */
export const MAX_SEARCHED = 2048

export const MAX_PATTERN = 128
/** Steps that each state of a regular expression counts for: compiling it, and moving on at every character. */
export const STATE_COST = 50
/** Steps that comparing two values of unknown size counts for. */
export const COMPARISON_COST = 25
/** Steps that a function counts for which reads all of a text. */
export const READING_COST = 25
