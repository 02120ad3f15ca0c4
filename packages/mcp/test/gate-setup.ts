import type { TestContext } from 'node:test'
import { Client, InMemoryTransport } from '@modelcontextprotocol/client'
import { type Fetch, type GateCreate, ModeiClient, type PassportIssue } from 'modei'
import type { AgentCredentials } from 'modei/passport'
import { type Harness, startServer } from '../../server/test/harness.ts'
import { createGateServer, holderOf, parseGateFile, recorderOf } from '../src/index.ts'
import { createShopServer } from './shop-server.ts'

export interface GatedShop {
  server: Harness
  agent: Client
  passportId: string
  modei: ModeiClient
  /** What the shop was really asked to do. */
  performed: string[]
  logged: string[]
  /** Outcomes that were recorded in the gate's chain, oldest first. */
  recorded(): Promise<Record<string, unknown>[]>
}

export interface Setup {
  passport: Partial<PassportIssue> & Pick<PassportIssue, 'permissions'>
  file?: unknown
  /** Where the gate believes the API to be. */
  baseUrl?: string
  pollMs?: number
  profile?: NonNullable<GateCreate['profile']>
  /** The key that the passport is issued to. */
  credentials?: AgentCredentials
  /** The key that the gate has, where it has one. */
  holder?: AgentCredentials
  fetch?: Fetch
}

/** An agent, a gate, a shop behind it, and a real server that decides. */
export async function gatedShop(
  t: TestContext,
  { passport, file = {}, baseUrl, pollMs = 20, profile = 'L1', credentials, holder, fetch }: Setup,
): Promise<GatedShop> {
  const server = await startServer(t)
  const modei = new ModeiClient({ apiKey: server.keys.own, baseUrl: server.url })
  await modei.createGate({ name: 'Shop', gate_id: 'gate_shop', profile })
  const { passport_id } = await modei.issuePassport('gate_shop', {
    agent_id: 'agent-1',
    ...(credentials && { agent_public_key: credentials.publicKeyB64 }),
    ...passport,
  })
  const performed: string[] = []
  const logged: string[] = []
  const asking = new ModeiClient({
    apiKey: server.keys.own,
    baseUrl: baseUrl ?? server.url,
    retries: 0,
    ...(fetch && { fetch }),
  })
  const recorder = recorderOf(asking, 'gate_shop', (line) => logged.push(line))

  const upstream = new Client({ name: 'gate', version: '1.0.0' })
  const shop = createShopServer((tool) => performed.push(tool))
  const [toShop, ofShop] = InMemoryTransport.createLinkedPair()
  await Promise.all([shop.connect(ofShop), upstream.connect(toShop)])

  const gate = createGateServer(upstream, {
    client: asking,
    passportId: passport_id,
    prove: holder && holderOf(holder, passport_id, 'gate_shop'),
    server: 'shop',
    file: parseGateFile(file),
    recorder,
    pollMs,
    log: (line) => logged.push(line),
  })
  const agent = new Client({ name: 'agent', version: '1.0.0' })
  const [toGate, ofGate] = InMemoryTransport.createLinkedPair()
  await Promise.all([gate.connect(ofGate), agent.connect(toGate)])
  t.after(async () => {
    await agent.close()
    await upstream.close()
  })
  return {
    server,
    agent,
    passportId: passport_id,
    modei,
    performed,
    logged,
    async recorded() {
      await recorder.settled()
      const records: Record<string, unknown>[] = []
      for await (const { type, attestation_json } of modei.iterAttestations('gate_shop', { limit: 1000 })) {
        if (type === 'record') records.unshift(JSON.parse(attestation_json))
      }
      return records
    },
  }
}

/** The text that an agent reads, and whether it is an error. */
export function textOf(result: Awaited<ReturnType<Client['callTool']>>): { text: string; isError: boolean } {
  const [first] = Array.isArray(result.content) ? result.content : []
  return { text: first?.type === 'text' ? first.text : '', isError: result.isError === true }
}
