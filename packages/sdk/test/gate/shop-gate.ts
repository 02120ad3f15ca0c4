import type { TestContext } from 'node:test'
import { ModeiClient } from 'modei'
import { LocalGate, type LocalGateOptions } from 'modei/gate'
import { type Harness, startServer } from '../../../server/test/harness.ts'
import { openGate } from '../../../server/test/shop.ts'

/** The network between a local gate and its server. */
export interface Network {
  isDown: boolean
  /** Method and path of each request that was made, since it was last emptied. */
  readonly calls: string[]
}

export interface Shop {
  readonly server: Harness
  readonly client: ModeiClient
  readonly gate: LocalGate
  readonly network: Network
  readonly clock: { at: number }
}

/** A started local gate for `gate_shop` of a real server, whose clock stands still and is moved by the test. */
export async function openShop(
  t: TestContext,
  settings: { gate?: object; options?: Partial<LocalGateOptions> } = {},
): Promise<Shop> {
  let opened: LocalGate | undefined
  // Hooks run in order: the gate is closed while its server is still there.
  t.after(() => opened?.close().catch(() => {}))
  const server = await startServer(t)
  await openGate(server, 'gate_shop', settings.gate)
  const network: Network = { isDown: false, calls: [] }
  const client = clientOf(server.url, server.keys.own, network)
  const clock = { at: Date.now() }
  server.clock.at = clock.at
  const gate = new LocalGate({ client, gateId: 'gate_shop', now: () => clock.at, ...settings.options })
  opened = gate
  await gate.start()
  network.calls.length = 0
  return { server, client, gate, network, clock }
}

export function clientOf(baseUrl: string, apiKey: string, network: Network): ModeiClient {
  return new ModeiClient({
    baseUrl,
    apiKey,
    retries: 0,
    async fetch(url, init) {
      network.calls.push(`${init.method ?? 'GET'} ${new URL(url).pathname}`)
      if (network.isDown) throw new TypeError('fetch failed')
      return fetch(url, init)
    },
  })
}

/** A passport as it is answered, in the form in which it is presented. */
export function presented({ passport_json, signature }: { passport_json: string; signature: string }) {
  return { passport_json, signature }
}

/** Moves the server's clock and the gate's together. */
export function pass({ server, clock }: Shop, ms: number): void {
  clock.at += ms
  server.clock.at = clock.at
}
