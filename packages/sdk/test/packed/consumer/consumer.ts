// Compiled, as somebody's project that has only this package: no zod, no @types/node, no skipped checks.
import {
  type EnforceResult,
  type Gate,
  ModeiClient,
  ModeiError,
  RateLimitError,
  verifyAttestationSignature,
} from 'modei'
import { AgentCredentials as StoredCredentials } from 'modei/credentials'
import {
  expressGuard,
  type GateResult,
  gateResultOf,
  guardHttp,
  guardTool,
  honoGuard,
  LocalGate,
} from 'modei/gate'
import { type AgentCredentials, PassportIssuer, PassportVerifier } from 'modei/passport'

export async function use(): Promise<boolean> {
  const client = new ModeiClient({ apiKey: 'mod_test_x', baseUrl: 'http://localhost:3000' })
  const gates: Gate[] = await client.listGates({ limit: 5 })
  const result: EnforceResult = await client.enforceAction({
    passport_id: 'pp_1',
    action: 'write',
    cost_cents: 500,
  })
  for await (const { attestation_json, signature } of client.iterAttestations(
    gates[0]?.gate_id ?? 'gate_a',
  )) {
    if (!verifyAttestationSignature(attestation_json, signature, gates[0]?.public_key ?? '')) return false
  }
  await client[Symbol.asyncDispose]()
  return result.decision === 'PERMIT'
}

export function passport(): boolean {
  const credentials: AgentCredentials = StoredCredentials.generate()
  const signed = new PassportIssuer(credentials).selfIssue({
    permissions: [{ permission_key: 'read' }],
    expiresIn: '15m',
  })
  const verdict = new PassportVerifier().verify(signed.envelope, signed.signature)
  return verdict.valid ? verdict.chain.length === 0 : verdict.reason_code === 'passport_expired'
}

export function wait(error: unknown): number | undefined {
  // @ts-expect-error: a key is not readable
  new ModeiClient().apiKey
  return error instanceof RateLimitError || error instanceof ModeiError ? error.retryAfter : undefined
}

export async function gate(request: {
  headers: Record<string, string | undefined>
}): Promise<GateResult | undefined> {
  await using gate = await new LocalGate({ client: new ModeiClient(), gateId: 'gate_a' }).start()
  guardHttp(gate, { action: 'read' }, () => undefined)
  expressGuard(gate, { action: () => 'read' })
  honoGuard(gate, { action: 'read', cost_cents: () => 5 })
  guardTool(gate, { action: 'read', target: ({ url }: { url: string }) => url }, async () => ({
    content: [],
  }))
  const result = await gate.decide({ action: 'read', passport_id: 'pp_1' })
  return result.allowed ? gateResultOf(request) : result
}
