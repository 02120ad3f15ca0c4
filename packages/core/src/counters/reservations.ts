import { permissionCovers } from '@modei/protocol'
import type { Counters, Reservation } from './counters.ts'
import { effectiveNow } from './counters.ts'
import { addUp } from './event-list.ts'

export const MAX_OPEN_RESERVATIONS = 1000

function isOpen(reservation: Reservation, now: number): boolean {
  return now < reservation.expires_at
}

/** Forgets expired holds. */
export function pruneReservations(counters: Counters, now: number): void {
  const at = effectiveNow(counters, now)
  if (counters.reservations.every((held) => isOpen(held, at))) return
  counters.reservations = counters.reservations.filter((held) => isOpen(held, at))
}

/** How many holds are open. */
export function openReservations(counters: Counters, now: number): number {
  const at = effectiveNow(counters, now)
  return counters.reservations.reduce((open, held) => (isOpen(held, at) ? open + 1 : open), 0)
}

/**
 * Keeps a hold's cents. A reservation with the same id is replaced.
 * @returns false when {@link MAX_OPEN_RESERVATIONS} are open: then the caller blocks
 */
export function reserve(counters: Counters, reservation: Reservation, now = counters.decided_at): boolean {
  pruneReservations(counters, now)
  release(counters, reservation.id)
  if (counters.reservations.length >= MAX_OPEN_RESERVATIONS) return false
  const { id, fingerprint, action, cost_cents, expires_at } = reservation
  counters.reservations.push({ id, fingerprint, action, cost_cents, expires_at })
  return true
}

/** The open hold of the same request. */
export function findReservation(
  counters: Counters,
  fingerprint: string,
  now: number,
): Reservation | undefined {
  const at = effectiveNow(counters, now)
  return counters.reservations.find((held) => held.fingerprint === fingerprint && isOpen(held, at))
}

export function getReservation(counters: Counters, id: string, now: number): Reservation | undefined {
  const at = effectiveNow(counters, now)
  return counters.reservations.find((held) => held.id === id && isOpen(held, at))
}

/** @returns whether there was one */
export function release(counters: Counters, id: string): boolean {
  const before = counters.reservations.length
  counters.reservations = counters.reservations.filter((held) => held.id !== id)
  return counters.reservations.length < before
}

/** Lets an open hold last until `expiresAt`. One that has expired by the counter's own time stays expired. */
export function extendReservation(counters: Counters, id: string, expiresAt: number): boolean {
  const held = getReservation(counters, id, counters.decided_at)
  if (held === undefined) return false
  held.expires_at = expiresAt
  return true
}

/** Holds that count in a scope at a moment. */
export function reservationsIn(
  counters: Counters,
  scope: string,
  now: number,
  exceptId: string | undefined,
): Reservation[] {
  return counters.reservations.filter(
    (held) => held.id !== exceptId && isOpen(held, now) && permissionCovers(scope, held.action),
  )
}

export function sumReserved(reservations: readonly Reservation[]): number {
  return reservations.reduce((sum, held) => addUp(sum, held.cost_cents), 0)
}
