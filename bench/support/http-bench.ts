import { temporaryServer } from '../../tools/temporary-server.ts'
import { type Call, jsonCaller } from './json-caller.ts'
import { type Load, loadRound, ROUNDS, type Round } from './load.ts'
import { median, report } from './report.ts'
import { startEcho } from './start-echo.ts'

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
  const rounds = new Map<string, Round[]>()
  for (const [, load] of loads) await loadRound(load, 1)
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [title, load] of loads) {
      rounds.set(title, [...(rounds.get(title) ?? []), await loadRound(load)])
    }
  }
  const medians = [...rounds].map(([title, all]) => ({
    name: title,
    'per second': Math.round(median(all.map((round) => round.per_second))),
    'p50 ms': median(all.map((round) => round.p50)),
    'p97.5 ms': median(all.map((round) => round.p97_5)),
    'p99 ms': median(all.map((round) => round.p99)),
    'CPU µs each': Math.round(median(all.map((round) => round.cpu_us))),
  }))
  console.table(medians)
  console.log(await prove(call))
  const [reference, measured] = medians
  report({
    name,
    unit,
    value: measured?.['per second'] ?? Number.NaN,
    reference: reference?.['per second'] ?? Number.NaN,
  })
}
