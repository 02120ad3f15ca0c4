import autocannon from 'autocannon'
import { cpuMicroseconds } from './cpu-time.ts'

export const CONNECTIONS = 50
export const ROUND_SECONDS = 4
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
  p50: number
  p97_5: number
  p99: number
  /** Processor time of the answering process for each answer, in microseconds: what a busy machine changes least. */
  cpu_us: number
}

/** Sends the requests in turn over 50 connections for one round; any answer but a success fails the benchmark. */
export async function loadRound(
  { url, pid, apiKey, requests }: Load,
  seconds = ROUND_SECONDS,
): Promise<Round> {
  const texts = requests.map(({ path, body }) => ({ path, body: JSON.stringify(body) }))
  let clients = 0
  const before = cpuMicroseconds(pid)
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    requests: texts,
    setupClient(client) {
      // Each connection starts elsewhere in the list: in step, all of them would ask about one passport at a time.
      const start = Math.floor((clients * texts.length) / CONNECTIONS)
      clients += 1
      client.setRequests([...texts.slice(start), ...texts.slice(0, start)])
    },
  })
  if (result.errors > 0 || result.non2xx > 0) {
    throw new Error(`${result.errors} requests failed, ${result.non2xx} were refused`)
  }
  const { p50, p97_5, p99 } = result.latency
  const answers = result['2xx']
  const cpu_us = (cpuMicroseconds(pid) - before) / answers
  return { per_second: answers / result.duration, p50, p97_5, p99, cpu_us }
}
