import type { DelegationRefusal } from '@modei/protocol/passports/delegate'
import { MAX_DELEGATION_DEPTH } from '@modei/protocol/passports/envelope'
import type { JsonValue } from '@modei/protocol/passports/json'
import type { Widening } from '@modei/protocol/passports/subset'
import { ModeiError } from '../errors.ts'

/** A delegation that would not verify, or that was not described in full. */
export class DelegationError extends ModeiError {
  override readonly name: string = 'DelegationError'

  constructor(code: string, detail: string) {
    super(`${code}: ${detail}`, { code })
  }
}

/** The child would be allowed more, or for longer, than an envelope above it. */
export class DelegationSubsetError extends DelegationError {
  override readonly name = 'DelegationSubsetError'
  /** Null when the passport as a whole lasts too long. */
  readonly permission: string | null
  /** The constraint at fault, `expires_at`, or null when the permission itself is not granted. */
  readonly dimension: string | null
  readonly ancestorValue: JsonValue | undefined
  readonly descendantValue: JsonValue | undefined

  constructor(code: string, widening: Widening) {
    super(code, widening.detail)
    this.permission = widening.permission
    this.dimension = widening.dimension
    this.ancestorValue = widening.ancestor_value
    this.descendantValue = widening.descendant_value
  }
}

/** More links than a chain may have. */
export class DelegationChainTooDeepError extends DelegationError {
  override readonly name = 'DelegationChainTooDeepError'
  readonly chainLength: number
  readonly maxDepth = MAX_DELEGATION_DEPTH

  constructor(chainLength: number) {
    super(
      'delegation_chain_too_deep',
      `proposed chain length ${chainLength} exceeds max ${MAX_DELEGATION_DEPTH}`,
    )
    this.chainLength = chainLength
  }
}

/** An envelope of the chain does not allow delegation. */
export class DelegationAuthorityMissingError extends DelegationError {
  override readonly name = 'DelegationAuthorityMissingError'

  constructor(detail: string) {
    super('delegation_authority_missing', detail)
  }
}

/** The error for a refusal of the protocol's builder. */
export function delegationErrorOf({
  code,
  detail,
  chainLength,
  widening,
}: DelegationRefusal): DelegationError {
  if (widening !== undefined) return new DelegationSubsetError(code, widening)
  if (code === 'delegation_chain_too_deep') return new DelegationChainTooDeepError(chainLength)
  if (code === 'delegation_authority_missing') return new DelegationAuthorityMissingError(detail)
  return new DelegationError(code, detail)
}
