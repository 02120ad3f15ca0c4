import {
  type Counters,
  charge,
  extendReservation,
  release,
  reserve,
  resetCounters,
  type WindowType,
} from './counters/index.ts'

/** A change of one counter, decided purely and applied where the counter is recorded. */
export type CounterEffect =
  | { type: 'charge'; now: number; action: string; cost_cents: number; target_host: string | undefined }
  | {
      type: 'reserve'
      now: number
      id: string
      fingerprint: string
      action: string
      cost_cents: number
      expires_at: number
    }
  | { type: 'extend'; id: string; expires_at: number }
  | { type: 'release'; id: string }
  | { type: 'reset'; window_type: WindowType | undefined; now: number }

/** Applies an effect to a draft in place. */
export function applyEffect(counters: Counters, effect: CounterEffect): void {
  switch (effect.type) {
    case 'charge':
      charge(counters, effect)
      return
    case 'reserve':
      // A decision that holds has made sure that there is room, so this is a defect and must not pass for a hold.
      if (!reserve(counters, effect, effect.now)) throw new Error('there is no room for another hold')
      return
    case 'extend':
      extendReservation(counters, effect.id, effect.expires_at)
      return
    case 'release':
      release(counters, effect.id)
      return
    case 'reset':
      resetCounters(counters, effect.window_type, effect.now)
  }
}
