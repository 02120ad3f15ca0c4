/**
 * The TypeScript half of the interchange tests: answers one JSON line for each JSON line, until its input ends.
 * Driven by test_passport_interchange.py.
 */
import { createInterface } from 'node:readline'
import { AgentCredentials } from 'modei/credentials'
import type { PermissionGrant, SignedPassport } from 'modei/passport'
import { canonicalizeStrict, DelegationBuilder, PassportIssuer, PassportVerifier } from 'modei/passport'

interface ChainRequest {
  /** One seed for each holder, root first, in hex. */
  seeds: string[]
  permissions: PermissionGrant[]
  agent_names: (string | null)[]
}

function verify(request: { input: unknown; signature: unknown; now_ms: number }) {
  const result = new PassportVerifier().verify(request.input, request.signature, { now: request.now_ms })
  return result.valid
    ? { verdict: 'valid', tier: result.tier }
    : { verdict: result.reason_code, detail: result.detail }
}

function canonical(request: { json: string }) {
  return { hex: Buffer.from(canonicalizeStrict(JSON.parse(request.json))).toString('hex') }
}

function chain(request: ChainRequest) {
  const holders = request.seeds.map(
    (seed) => new AgentCredentials({ privateKeySeed: new Uint8Array(Buffer.from(seed, 'hex')) }),
  )
  let passport: SignedPassport | undefined
  let parentCredentials: AgentCredentials | undefined
  for (const [level, holder] of holders.entries()) {
    const identityClaim = request.agent_names[level] ?? null
    passport =
      passport === undefined || parentCredentials === undefined
        ? new PassportIssuer(holder, { identityClaim }).selfIssue({
            permissions: request.permissions,
            expiresIn: '30d',
            delegationAuthority: true,
          })
        : new DelegationBuilder({ parent: passport, parentCredentials })
            .authorize(holder)
            .withPermissions(request.permissions)
            .withExpiry({ expiresIn: '7d' })
            .withIdentityClaim(identityClaim)
            .withDelegationAuthority(true)
            .sign()
    parentCredentials = holder
  }
  return { passport_json: passport?.passport_json, signature: passport?.signature }
}

function loadCredentials(request: { path: string }) {
  const credentials = AgentCredentials.load(request.path)
  return {
    agent_id: credentials.agentId,
    public_key: credentials.publicKeyB64,
    private_key_hex: Buffer.from(credentials.privateKey).toString('hex'),
    created_at: credentials.createdAt,
  }
}

function saveCredentials(request: { path: string; seed: string; created_at: string }) {
  new AgentCredentials({
    privateKeySeed: new Uint8Array(Buffer.from(request.seed, 'hex')),
    createdAt: request.created_at,
  }).save(request.path)
  return {}
}

const OPERATIONS = new Map<unknown, (request: never) => object>([
  ['verify', verify],
  ['canonical', canonical],
  ['chain', chain],
  ['load_credentials', loadCredentials],
  ['save_credentials', saveCredentials],
])

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  let answer: object
  try {
    const operation = OPERATIONS.get(request.op)
    answer =
      operation === undefined
        ? { error: 'unknown operation' }
        : Reflect.apply(operation, undefined, [request])
  } catch (error) {
    answer = { error: String(error) }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
