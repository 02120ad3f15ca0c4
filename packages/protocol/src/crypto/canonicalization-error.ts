/** Why a value has no canonical text. */
export type CanonicalizationReason =
  | 'non_finite_number_in_canonical_input'
  | 'unsafe_number_in_canonical_input'
  | 'undefined_in_canonical_input'
  | 'function_in_canonical_input'
  | 'symbol_in_canonical_input'
  | 'bigint_in_canonical_input'
  | 'non_plain_object_in_canonical_input'
  | 'sparse_array_in_canonical_input'
  | 'lone_surrogate_in_canonical_input'
  | 'cycle_in_canonical_input'
  | 'canonical_input_too_deep'

/** Raised for a value that JSON cannot say; `path` leads to it, array indexes as decimal strings, empty for the root. */
export class CanonicalizationError extends Error {
  readonly reasonCode: CanonicalizationReason
  readonly path: string[]

  constructor(reasonCode: CanonicalizationReason, path: string[], detail?: string) {
    const place = path.length > 0 ? path.join('.') : '<root>'
    super(`${reasonCode} at ${place}${detail === undefined ? '' : `: ${detail}`}`)
    this.name = 'CanonicalizationError'
    this.reasonCode = reasonCode
    this.path = path
  }
}
