/** Compiled and not run: the examples of the README. */
// #region import
import { ModeiClient, ModeiError, NotFoundError, RateLimitError, verifyAttestationSignature } from 'modei'

// #endregion

// #region log-import
import { verifyCheckpoint, verifyCheckpointConsistency } from 'modei'

// #endregion

// #region gate-import
import { createServer } from 'node:http'
import { gateResultOf, guardHttp, LocalGate } from 'modei/gate'

// #endregion

export async function firstCall(): Promise<void> {
  // #region first-call
  const client = new ModeiClient({ apiKey: 'mod_live_xxx', baseUrl: 'http://localhost:3000' })

  const gate = await client.createGate({ name: 'My API', gate_id: 'gate_my-api' })
  const passport = await client.issuePassport(gate.gate_id, {
    agent_id: 'agent-001',
    permissions: ['read', 'write'],
    constraints: { 'core:cost:max_per_day': 5_000 },
    expires_in: '7d',
  })

  const check = await client.checkGate(gate.gate_id, { action: 'read', passport_id: passport.passport_id })
  console.log(check.allowed)

  const decision = await client.enforceAction({
    passport_id: passport.passport_id,
    action: 'write',
    cost_cents: 500,
  })
  console.log(decision.decision, decision.block_reason)
  // #endregion
}

export async function errors(client: ModeiClient): Promise<void> {
  // #region errors
  try {
    await client.getGate('gate_nonexistent')
  } catch (error) {
    if (error instanceof NotFoundError) console.log('not found:', error.message)
    else if (error instanceof RateLimitError) console.log('wait', error.retryAfter, 'seconds')
    else if (error instanceof ModeiError) console.log(error.code, error.statusCode, error.requestId)
    else throw error
  }
  // #endregion
}

export async function pages(client: ModeiClient): Promise<void> {
  // #region pages
  for await (const attestation of client.iterAttestations('gate_my-api', { decision: 'block', limit: 200 })) {
    console.log(attestation.created_at, attestation.reason_code)
  }
  // #endregion
}

export async function options(client: ModeiClient, signal: AbortSignal): Promise<void> {
  // #region options
  await client.enforceAction(
    { passport_id: 'pp_xxx', action: 'flights:book', cost_cents: 42_000 },
    { idempotencyKey: 'order-17', timeoutMs: 2_000, signal },
  )
  // #endregion
}

export async function offline(client: ModeiClient): Promise<void> {
  // #region offline
  const record = await client.getAttestation('att_xxxxxxxxxxxx')
  const { signing_keys } = await client.getGatePublic(record.gate_id)
  const key = signing_keys.find(({ key_id }) => key_id === record.signing_key_id)
  const genuine =
    key !== undefined && verifyAttestationSignature(record.attestation_json, record.signature, key.public_key)
  // #endregion
  console.log(genuine)
}

export async function keptCheckpoint(client: ModeiClient, kept: string): Promise<void> {
  // #region kept-checkpoint
  const keys = await client.getGatePublic('gate_my-api') // better: as you saw them earlier
  const then = verifyCheckpoint(kept, keys)
  const now = verifyCheckpoint((await client.getGateLogCheckpoint('gate_my-api')).note, keys)
  if (!then.ok || !now.ok) throw new Error('this is no checkpoint of that gate')
  const proof = await client.getConsistencyProof('gate_my-api', {
    old_size: then.checkpoint.tree_size,
    tree_size: now.checkpoint.tree_size,
  })
  const onlyGrew = verifyCheckpointConsistency(proof, then.checkpoint, now.checkpoint)
  // #endregion
  console.log(onlyGrew)
}

export async function gate(client: ModeiClient): Promise<void> {
  // #region gate
  const gate = await new LocalGate({ client, gateId: 'gate_my-api' }).start()
  const server = createServer(
    guardHttp(gate, { action: 'read' }, (request, response) => {
      response.end(`hello, ${gateResultOf(request)?.agent_id}`)
    }),
  )
  // #endregion
  server.close()
}
