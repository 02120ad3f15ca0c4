import type { Services } from '../services/services.ts'
import { codeOf } from '../store/postgres/errors.ts'
import { cutMonth } from './cut-month.ts'
import { findAnyHindrance } from './find-hindrance.ts'
import { Hindered, type HindranceReason } from './hindrance.ts'
import { keptSince, type LogMonth, logMonths } from './months.ts'
import { type Budget, verifyMonth } from './verify-month.ts'

/** What became of a month that does not have to be kept any longer. */
export interface MonthReport {
  /** As in `2026-03`. */
  month: string
  /** `due`: nothing is known to hinder its removal. `verifying`: the next run goes on with it. */
  outcome: 'removed' | 'due' | 'verifying' | 'hindered'
  reason: HindranceReason | null
  detail: string | null
}

const UNDEFINED_TABLE = '42P01'

type Parts = Pick<Services, 'store' | 'box'>

/** The months that are older than `keep` whole ones before this one, oldest first. */
async function dueMonths({ store }: Parts, keep: number): Promise<{ due: LogMonth[]; now: number }> {
  if (store.engine !== 'postgres') throw new Error('only PostgreSQL keeps the log in months')
  if (!Number.isSafeInteger(keep) || keep < 2) throw new Error('at least two months are kept')
  const now = await store.now()
  const since = keptSince(now, keep)
  return { due: (await logMonths(store.read)).filter(({ end }) => end <= since), now }
}

/** What a run would remove, and what hinders it as far as that can be told without verifying the records. */
export async function foreseeRetention(parts: Parts, keep: number): Promise<MonthReport[]> {
  const { due, now } = await dueMonths(parts, keep)
  const reports: MonthReport[] = []
  for (const month of due) {
    const found = await findAnyHindrance(parts.store.read, month, now)
    // The one before it is reported by itself, and would be gone by then.
    const isNext = found?.reason === 'older_records' && reports.at(-1)?.outcome === 'due'
    reports.push(found === undefined || isNext ? report(month, 'due') : hindered(month, found))
  }
  return reports
}

/**
 * Removes the months that do not have to be kept any longer, oldest first, up to the first that something hinders.
 * It may run in several processes at once, and goes on where it was stopped.
 */
export async function runRetention(parts: Parts, keep: number, budget: Budget): Promise<MonthReport[]> {
  const { due, now } = await dueMonths(parts, keep)
  const reports: MonthReport[] = []
  for (const month of due) {
    budget.signal?.throwIfAborted()
    const done = await removeMonth(parts, month, now, budget)
    reports.push(done)
    if (done.outcome !== 'removed') break
  }
  return reports
}

async function removeMonth(
  { store, box }: Parts,
  month: LogMonth,
  now: number,
  budget: Budget,
): Promise<MonthReport> {
  try {
    const found = await findAnyHindrance(store.read, month, now)
    if (found !== undefined) return hindered(month, found)
    if (!(await verifyMonth(store, month, budget))) return report(month, 'verifying')
    await cutMonth(store.read, box, month, now)
    return report(month, 'removed')
  } catch (error) {
    if (error instanceof Hindered) return hindered(month, error.hindrance)
    // Another process was faster.
    if (codeOf(error) === UNDEFINED_TABLE) return report(month, 'removed')
    throw error
  }
}

function report({ month }: LogMonth, outcome: MonthReport['outcome']): MonthReport {
  return { month, outcome, reason: null, detail: null }
}

function hindered(month: LogMonth, { reason, detail }: Hindered['hindrance']): MonthReport {
  return { ...report(month, 'hindered'), reason, detail }
}
