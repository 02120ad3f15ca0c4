/** Why a month is not removed although it is older than what has to be kept. docs/guides/operations.md explains each. */
export type HindranceReason =
  | 'older_records'
  | 'open_hold'
  | 'unsettled'
  | 'not_a_prefix'
  | 'unsealed'
  | 'unverified'
  | 'busy'

export interface Hindrance {
  reason: HindranceReason
  detail: string
}

/** Ends the transaction of a cut; nothing of it stays. */
export class Hindered extends Error {
  override readonly name = 'Hindered'
  readonly hindrance: Hindrance
  constructor(reason: HindranceReason, detail: string) {
    super(`${reason}: ${detail}`)
    this.hindrance = { reason, detail }
  }
}
