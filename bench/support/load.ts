import autocannon from 'autocannon'
import { cpuMicroseconds } from './cpu-time.ts'

const CONNECTIONS = 50
const ROUND_SECONDS = 4
export const ROUNDS = 3

export interface Load {
  url: string
  /** The process that answers. */
  pid: number | undefined
  apiKey: string
  requests: readonly { path: string; body: unknown }[]
}

export interface Round {
  per_second: number
  /** Milliseconds from a request to its answer. */
  p50: number
  p95: number
  p99: number
  /** Processor time of the answering process for each answer, in microseconds: what a busy machine changes least. */
  cpu_us: number
}

/** Rounds of all loads in turns, so that a machine that slows down slows all of them. */
export async function loadInTurns(
  loads: ReadonlyMap<string, Load>,
  count: number,
  connections = CONNECTIONS,
): Promise<Map<string, Round[]>> {
  const rounds = new Map<string, Round[]>([...loads.keys()].map((name) => [name, []]))
  for (let round = 0; round < count; round += 1) {
    for (const [name, load] of loads) {
      rounds.get(name)?.push(await loadRound(load, ROUND_SECONDS, connections))
    }
  }
  return rounds
}

/** Sends the requests in turn over the connections for one round; any answer but a success fails the benchmark. */
export async function loadRound(
  { url, pid, apiKey, requests }: Load,
  seconds = ROUND_SECONDS,
  connections = CONNECTIONS,
): Promise<Round> {
  const texts = requests.map(({ path, body }) => ({ path, body: JSON.stringify(body) }))
  const times: number[] = []
  let clients = 0
  const before = cpuMicroseconds(pid)
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    // Each connection prepares these as it is made, before it is given its own: with all of them the first requests of
    // many connections waited for that.
    requests: texts.slice(0, 1),
    setupClient(client) {
      // Each connection has a share of the list: in step, all of them would ask about one passport at a time, and to
      // prepare the whole list for each of them took a good part of a round.
      client.setRequests(shareOf(texts, clients, connections))
      clients += 1
      client.on('response', (_status, _bytes, milliseconds) => times.push(milliseconds))
    },
  })
  if (result.errors > 0 || result.non2xx > 0) {
    throw new Error(`${result.errors} requests failed, ${result.non2xx} were refused`)
  }
  const answers = result['2xx']
  const cpu_us = (cpuMicroseconds(pid) - before) / answers
  const sorted = Float64Array.from(times).sort()
  const quantile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
  return {
    per_second: answers / result.duration,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    cpu_us,
  }
}

/** What one of so many who share a list gets of it: entries that are as far apart as there are sharers, one at least. */
function shareOf<T>(list: readonly T[], index: number, sharers: number): T[] {
  const step = Math.min(sharers, list.length)
  return list.filter((_, place) => place % step === index % step)
}
