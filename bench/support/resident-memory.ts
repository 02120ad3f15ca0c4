import { readFileSync } from 'node:fs'

/** Resident memory of a process in MiB; not a number where the system does not tell, as beside Linux. */
export function residentMemory(pid: number | undefined): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kib) / 1024
  } catch {
    return Number.NaN
  }
}
