import { findReservation, getReservation } from './counters/index.ts'
import type { Refusal } from './credential.ts'
import type { Subject } from './subject.ts'

/** A hold that a person resolved, presented again with the request that it was asked for. */
export interface PresentedApproval {
  id: string
  status: 'pending' | 'approved' | 'denied' | 'expired' | 'used' | 'unknown'
  /** Hash of the request that was held. */
  fingerprint: string
  held_by: readonly string[]
  /** Unix milliseconds: until when it may be used. */
  expires_at: number
}

/** What a hold is judged by: the request that asks, and when. */
export interface HeldAsk {
  now: number
  subjects: readonly Subject[]
  fingerprint(): string
}

/** The open hold of this very request, so that asking again reserves nothing twice. */
export function pendingHold(input: HeldAsk): { id: string; expires_at: number } | undefined {
  const [own] = input.subjects
  if (own === undefined || own.counters.reservations.length === 0) return undefined
  return findReservation(own.counters, input.fingerprint(), input.now)
}

type JudgedApproval = { id: string; held_by: readonly string[] } | Refusal | null

/** An approval lets exactly the request pass that it was given for, once, while it lasts. */
export function judgeApproval(approval: PresentedApproval, input: HeldAsk): JudgedApproval {
  if (approval.status === 'unknown') {
    return { reason: 'approval_unknown', detail: 'there is no such approval for this passport' }
  }
  if (approval.fingerprint !== input.fingerprint()) {
    return { reason: 'approval_mismatch', detail: 'the approval was given for another request' }
  }
  if (approval.status === 'used') return { reason: 'approval_used', detail: 'the approval was used before' }
  if (approval.status === 'denied') return { reason: 'approval_denied', detail: 'the request was denied' }
  if (approval.status === 'expired' || input.now >= approval.expires_at) {
    return { reason: 'approval_expired', detail: 'the approval is no longer valid' }
  }
  // Still waiting: the request is evaluated, held again and answered with the same id.
  if (approval.status === 'pending') return null
  const [own] = input.subjects
  if (own === undefined || getReservation(own.counters, approval.id, input.now) === undefined) {
    return { reason: 'approval_expired', detail: 'the reservation of this approval has lapsed' }
  }
  return { id: approval.id, held_by: approval.held_by }
}
