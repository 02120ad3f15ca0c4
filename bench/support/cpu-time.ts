import { readFileSync } from 'node:fs'

const TICK_US = 10_000

/** Processor time that a process and its threads have used; not a number where the system does not tell, as beside Linux. */
export function cpuMicroseconds(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_US
  } catch {
    return Number.NaN
  }
}
