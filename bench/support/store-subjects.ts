import { pino } from 'pino'
import { chainVerifier } from '../../packages/protocol/src/crypto/chain-verifier.ts'
import { createApp } from '../../packages/server/src/app.ts'
import type { Config } from '../../packages/server/src/config.ts'
import { openStore } from '../../packages/server/src/open-store.ts'
import { createGate } from '../../packages/server/src/services/gates.ts'
import { issuePassport } from '../../packages/server/src/services/passports.ts'
import { createWorkspace } from '../../packages/server/src/services/workspaces.ts'
import type { Store } from '../../packages/server/src/store/store.ts'
import { SIX_LIMITS } from './limits.ts'

const GATES = 20
const PASSPORTS_PER_GATE = 10
const PAGE = 5_000

export interface Subjects {
  workspace_id: string
  passport_ids: string[]
}

/** Twenty gates with ten passports each, straight into the configured database. */
export async function seedSubjects(config: Config): Promise<Subjects> {
  const { store, box } = await openStore(config)
  const { services, close } = createApp({ store, box, config, logger: pino({ level: 'silent' }) })
  const { workspace_id } = await store.write((tx, now) =>
    createWorkspace(tx, box, { name: 'bench', mode: 'live' }, now),
  )
  const caller = { workspace_id, mode: 'live' as const, key_id: 'key_bench', scopes: ['admin:*'] }
  const passport_ids: string[] = []
  for (let index = 0; index < GATES * PASSPORTS_PER_GATE; index += 1) {
    const gate_id = `gate_bench-${Math.floor(index / PASSPORTS_PER_GATE)}`
    if (index % PASSPORTS_PER_GATE === 0) {
      const settings = { name: gate_id, description: null, profile: 'L1' as const, trusted_issuers: [] }
      const flags = { allow_self_issued: false, is_discoverable: false }
      await createGate(services, caller, { gate_id, ...settings, ...flags }, null)
    }
    const grant = {
      agent_id: `agent-${index}`,
      permissions: ['flights:book'],
      constraints: SIX_LIMITS,
      expires_in: '1d',
    }
    passport_ids.push((await issuePassport(services, caller, gate_id, grant, null)).passport_id)
  }
  await close()
  // Turns of neighbours fall on different gates.
  const interleaved = passport_ids.map(
    (_, i) => passport_ids[(i % GATES) * PASSPORTS_PER_GATE + Math.floor(i / GATES)] ?? '',
  )
  return { workspace_id, passport_ids: interleaved }
}

/** Verifies every record of every chain against its hash, its predecessor, its signature and the kept head. */
export async function verifyChains(config: Config): Promise<{ chains: number; records: number }> {
  const { store } = await openStore(config)
  const chains = await store.read.selectFrom('chains').selectAll().execute()
  let records = 0
  for (const { chain_id, head_index, head_hash } of chains) {
    const verified = await verifyOne(store, chain_id)
    if (verified.chain_index !== head_index || verified.chain_hash !== head_hash) {
      throw new Error(`${chain_id} does not end where its head says`)
    }
    records += head_index
  }
  await store.close()
  return { chains: chains.length, records }
}

async function verifyOne(store: Store, chainId: string) {
  const keys = await store.read
    .selectFrom('signing_keys')
    .select(['id', 'public_key'])
    .where('owner_id', '=', chainId)
    .execute()
  const publicKeys = new Map(keys.map(({ id, public_key }) => [id, public_key]))
  const verifier = chainVerifier({ findPublicKey: (id) => publicKeys.get(id) })
  for (let after = 0; ; after += PAGE) {
    const page = await store.read
      .selectFrom('attestations')
      .selectAll()
      .where('chain_id', '=', chainId)
      .where('chain_index', '>', after)
      .orderBy('chain_index')
      .limit(PAGE)
      .execute()
    for (const record of page) {
      const fault = verifier.next(record)
      if (fault !== undefined) throw new Error(`${chainId} is broken at ${fault.at}: ${fault.reason}`)
    }
    if (page.length < PAGE) break
  }
  const end = verifier.end()
  if (!end.ok || end.head === null) throw new Error(`${chainId} is not whole`)
  return end.head
}
