import { temporaryServer } from '../../tools/temporary-server.ts'
import { type Call, jsonCaller } from './json-caller.ts'
import { type Load, loadInTurns, loadRound, ROUNDS } from './load.ts'
import { median, report } from './report.ts'
import { startEcho } from './start-echo.ts'

/** What is compiled while it runs is as fast as it gets after some thousand requests. */
const WARM_UP_SECONDS = 5

export interface HttpContender {
  name: string
  requests: Load['requests']
}

export interface HttpBench {
  name: string
  unit: string
  /** Makes what is needed on the fresh server; the first contender is the one that is reported. */
  prepare(call: Call): Promise<readonly HttpContender[]>
  /** Proves afterwards that what was answered was done. */
  prove(call: Call): Promise<string>
}

/**
 * The real server in its own process on an empty data directory, against a bare Fastify echo of the same body in the
 * same run, in turns. The load generator runs in this process, on the same machine.
 */
export async function runHttpBench({ name, unit, prepare, prove }: HttpBench): Promise<void> {
  await using server = await temporaryServer()
  await using echo = await startEcho()
  const { apiKey } = server
  const call = jsonCaller(server.url, apiKey)
  const contenders = await prepare(call)
  const [first] = contenders
  if (first === undefined) throw new Error('there is nothing to measure')
  const echoes = first.requests.map(({ body }) => ({ path: '/echo', body }))
  const loads = new Map<string, Load>([
    ['bare Fastify echo', { url: echo.url, pid: echo.child.pid, apiKey, requests: echoes }],
    ...contenders.map((one): [string, Load] => [
      one.name,
      { url: server.url, pid: server.process.child.pid, apiKey, requests: one.requests },
    ]),
  ])
  for (const [, load] of loads) await loadRound(load, WARM_UP_SECONDS)
  const medians = await measure(loads, 50, ROUNDS)
  console.table(medians)
  // How it does with a single caller, and with more callers than anybody should have.
  for (const connections of [1, 500])
    console.table(await measure(new Map([...loads].slice(0, 2)), connections, 1))
  console.log(await prove(call))
  const [reference, measured] = medians
  report({
    name,
    unit,
    value: measured?.['per second'] ?? Number.NaN,
    reference: reference?.['per second'] ?? Number.NaN,
  })
}

/** Medians of so many rounds of each load. */
async function measure(loads: ReadonlyMap<string, Load>, connections: number, count: number) {
  const rounds = await loadInTurns(loads, count, connections)
  const ms = (value: number) => Math.round(value * 10) / 10
  return [...rounds].map(([name, all]) => ({
    name,
    connections,
    'per second': Math.round(median(all.map(({ per_second }) => per_second))),
    'p50 ms': ms(median(all.map(({ p50 }) => p50))),
    'p95 ms': ms(median(all.map(({ p95 }) => p95))),
    'p99 ms': ms(median(all.map(({ p99 }) => p99))),
    'CPU µs each': Math.round(median(all.map(({ cpu_us }) => cpu_us))),
  }))
}
