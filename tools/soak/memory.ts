/**
 * Many decisions on one embedded server: its memory after a tenth of them and at the end must be the same, and every
 * decision must be in its chain, once. `npm run soak -- memory [DECISIONS]`, a million unless told otherwise.
 */
import { countRecords, issuePassports } from '../../bench/support/gates-and-passports.ts'
import { type Call, jsonCaller } from '../../bench/support/json-caller.ts'
import { loadRound } from '../../bench/support/load.ts'
import { median } from '../../bench/support/report.ts'
import { residentMemory } from '../../bench/support/resident-memory.ts'
import { temporaryServer } from '../temporary-server.ts'
import { soakResult, soakSize } from './support/soak-result.ts'

const ROUND_SECONDS = 2
const SAMPLE_MS = 100
/** The heap grows to its working size before this share of the decisions is done. */
const WARM_UP_SHARE = 0.1
/** The heap's size swings between collections, so the middle of many samples counts. */
const WINDOW_SHARE = 0.1
const TOLERANCE = 0.1
/** A shorter run ends while the heap still grows to its working size, which says nothing about leaks. */
const JUDGED_FROM = 500_000

const decisions = soakSize(1_000_000, 1)

await using server = await temporaryServer()
const call: Call = jsonCaller(server.url, server.apiKey)
const issued = await issuePassports(call)
const requests = issued.map(({ passport_id }) => ({
  path: '/api/enforce',
  body: { passport_id, action: 'flights:book', target: 'https://api.example.com/v2/bookings', cost_cents: 1 },
}))

const { pid } = server.process.child
const samples: { done: number; mib: number }[] = []
let done = 0
const rates: number[] = []
while (done < decisions) {
  const seen: number[] = []
  const timer = setInterval(() => seen.push(residentMemory(pid)), SAMPLE_MS)
  const round = await loadRound({ url: server.url, pid, apiKey: server.apiKey, requests }, ROUND_SECONDS)
  clearInterval(timer)
  const before = done
  done = await countRecords(call)
  const middle = (before + done) / 2
  samples.push(...seen.map((mib) => ({ done: middle, mib })))
  rates.push(round.per_second)
  console.log(`${done.toLocaleString('en')} decisions, ${Math.round(median(seen))} MiB`)
}
await verifyEveryLast(call)

const early = memoryFrom(WARM_UP_SHARE)
const late = memoryFrom(1 - WINDOW_SHARE)
const ratio = Math.round((late / early) * 1000) / 1000
soakResult('memory', {
  decisions: done,
  early_mib: Math.round(early),
  late_mib: Math.round(late),
  ratio,
  per_second: Math.round(median(rates)),
})
if (decisions >= JUDGED_FROM && !(Math.abs(ratio - 1) <= TOLERANCE)) {
  console.error(`memory is not flat: it may change by a share of ${TOLERANCE}`)
  process.exitCode = 1
}

/** The middle of what was sampled from this share of the decisions on. */
function memoryFrom(share: number): number {
  const from = done * share
  const within = samples.filter((sample) => sample.done >= from && sample.done <= from + done * WINDOW_SHARE)
  const values = within.length > 0 ? within : samples
  return median(values.map(({ mib }) => mib))
}

async function verifyEveryLast(read: Call): Promise<void> {
  for (const { passport_id } of issued) {
    const [last] = Object.values(await read('GET', `/api/passports/${passport_id}/enforcement?limit=1`))
    const id = String(Object(last).id)
    const { valid, reason } = await read('POST', `/api/enforcement/${id}/verify`)
    if (valid !== true) throw new Error(`the record ${id} does not verify: ${reason}`)
  }
  console.log(`the last record of each of ${issued.length} passports verifies`)
}
