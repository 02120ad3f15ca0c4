/**
 * Many decisions on one server: its memory must stay flat, and every decision must be in its chain, once.
 * `npm run soak [-- DECISIONS]`, a million unless told otherwise. Linux only, for it reads the process's memory there.
 */
import { countRecords, issuePassports } from '../bench/support/gates-and-passports.ts'
import { type Call, jsonCaller } from '../bench/support/json-caller.ts'
import { loadRound } from '../bench/support/load.ts'
import { residentMemory } from '../bench/support/resident-memory.ts'
import { temporaryServer } from './temporary-server.ts'

const ROUND_SECONDS = 10
/** The heap grows to its working size first. */
const WARM_UP_SHARE = 0.2
/** What memory may rise over the rest: the heap's size swings by this much between collections. */
const MAX_RISE = 1.15

const decisions = Number(process.argv[2] ?? 1_000_000)
if (!Number.isSafeInteger(decisions) || decisions < 1) throw new Error('give a whole number of decisions')

await using server = await temporaryServer()
const call: Call = jsonCaller(server.url, server.apiKey)
const issued = await issuePassports(call)
const requests = issued.map(({ passport_id }) => ({
  path: '/api/enforce',
  body: { passport_id, action: 'flights:book', target: 'https://api.example.com/v2/bookings', cost_cents: 1 },
}))

const { pid } = server.process.child
const samples: { done: number; mib: number }[] = []
for (let done = 0; done < decisions; ) {
  const round = await loadRound({ url: server.url, pid, apiKey: server.apiKey, requests }, ROUND_SECONDS)
  done = await countRecords(call)
  const mib = residentMemory(pid)
  samples.push({ done, mib })
  const rate = `${Math.round(round.per_second)}/s, p99 ${round.p99} ms`
  console.log(`${done.toLocaleString('en')} decisions, ${rate}, ${Math.round(mib)} MiB`)
}

const settled = samples.filter(({ done }) => done >= decisions * WARM_UP_SHARE)
const half = Math.ceil(settled.length / 2)
const peak = (part: typeof samples) => Math.max(...part.map(({ mib }) => mib))
const rise = peak(settled.slice(-half)) / peak(settled.slice(0, half))
await verifyEveryLast(call)
console.log(`memory at the end is ${rise.toFixed(2)} times that of the first half after warming up`)
if (!(rise <= MAX_RISE)) {
  console.error(`memory is not flat: it may rise to ${MAX_RISE} times`)
  process.exitCode = 1
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
