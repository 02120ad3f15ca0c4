/** Compiled and not run: what the types of the client allow, and what they must not. */
import {
  type EnforceResult,
  type Gate,
  ModeiClient,
  ModeiError,
  type ModeiErrorCode,
  type Passport,
} from 'modei'

export async function allowed(): Promise<void> {
  await using client = new ModeiClient()
  const gates: Gate[] = await client.listGates()
  const gate: Gate = await client.createGate({ name: 'My API', gate_id: 'my-api' })
  const passport: Passport = await client.issuePassport(gate.gate_id, {
    agent_id: 'a',
    permissions: ['read'],
    expires_in: '7d',
  })
  const result: EnforceResult = await client.enforceAction(
    { passport_id: passport.passport_id, action: 'write', cost_cents: 500, target: undefined },
    { signal: AbortSignal.timeout(1000), timeoutMs: 500, idempotencyKey: 'order-17' },
  )
  if (result.decision === 'PERMIT' || result.decision === 'allow') return
  for await (const attestation of client.iterAttestations(gate.gate_id, { limit: 50, decision: 'block' })) {
    const text: string = attestation.attestation_json
    console.log(text, gates.length)
  }
  await client.setConstraints('pp_1', { read: { 'core:rate:max_per_minute': 100 } })
  await client.reissuePassport('pp_1')
  await client.discoverServices('flights:search', { max_price_cents: 100, sort: 'price_asc' })
  const list: Passport[] = await client.call('list_passports', {
    params: { gate_id: 'gate_a' },
    query: { status: 'all' },
  })
  console.log(list)
}

export function known(error: unknown): ModeiErrorCode | undefined {
  if (!(error instanceof ModeiError)) return undefined
  return error.code === 'a_code_of_next_year' ? undefined : error.code
}

export async function refused(client: ModeiClient): Promise<void> {
  // @ts-expect-error: the key is a string
  new ModeiClient({ apiKey: 7 })
  // @ts-expect-error: a misspelt option
  new ModeiClient({ api_key: 'mod_test_x' })
  // @ts-expect-error: an API version that does not exist
  new ModeiClient({ apiVersion: '2020-01-01' })
  // @ts-expect-error: an id is missing
  await client.getGate()
  // @ts-expect-error: an id is a string
  await client.getGate(7)
  // @ts-expect-error: a version is a number
  await client.getCatalogVersion('gate_a', '1')
  // @ts-expect-error: an action is missing
  await client.enforceAction({ passport_id: 'pp_1' })
  // @ts-expect-error: a misspelt limit
  await client.enforceAction({ passport_id: 'pp_1', action: 'a', costCents: 5 })
  // @ts-expect-error: money is a number
  await client.enforceAction({ passport_id: 'pp_1', action: 'a', cost_cents: '5' })
  // @ts-expect-error: a profile that does not exist
  await client.createGate({ name: 'n', gate_id: 'g', profile: 'L4' })
  // @ts-expect-error: a filter that does not exist
  await client.listAttestations('gate_a', { agent: 'a' })
  // @ts-expect-error: a status that no settlement is moved to
  await client.updateSettlementStatus('stl_1', 'forgiven')
  // @ts-expect-error: a call that does not exist
  await client.call('list_gate', {})
  // @ts-expect-error: not a list in pages
  client.iterate('get_gate', { params: { gate_id: 'gate_a' } })
  // @ts-expect-error: the decision is one of a few words
  if ((await client.enforceAction({ action: 'a' })).decision === 'YES') return
  // @ts-expect-error: the key is not readable
  console.log(client.apiKey)
}
