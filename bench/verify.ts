/**
 * Local verification of a passport below a chain of three, against the bare `crypto.verify` calls that it needs:
 * four signatures over the same bytes with keys that were imported beforehand, in the same run on one thread.
 * Accept on the ratio (at least 0.7); absolutes depend on the machine.
 *
 *     node bench/verify.ts [rounds]
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { publicKeyFromSeed } from '../packages/protocol/src/crypto/ed25519.ts'
import {
  buildDelegatedEnvelope,
  buildSelfIssuedEnvelope,
  canonicalEnvelope,
  type SignedPassport,
  signEnvelope,
  verifyPassport,
} from '../packages/protocol/src/passports/index.ts'

const NOW = Date.UTC(2026, 10, 1)
const LINKS = 3
const ROUNDS = Number(process.argv[2] ?? 100)
const CALLS_PER_ROUND = 30

const PERMISSIONS = [
  {
    permission_key: 'flights:book',
    constraints: { max_per_action_cost: 50_000, allowed_domains: ['api.example.com', 'fares.example.com'] },
  },
  { permission_key: 'flights:search', constraints: { rate_limit_per_minute: 60 } },
]

function seedOf(index: number): Uint8Array {
  return new Uint8Array(32).fill(index + 1)
}

function publicKeyOf(index: number): string {
  return Buffer.from(publicKeyFromSeed(seedOf(index))).toString('base64')
}

function passportIdOf(index: number): string {
  return createHash('sha256').update(`passport ${index}`).digest('hex').slice(0, 32)
}

function issueRoot(): SignedPassport {
  const envelope = buildSelfIssuedEnvelope({
    publicKey: publicKeyOf(0),
    identityClaim: 'planner@agents.example.com',
    permissions: PERMISSIONS,
    issuedAt: NOW,
    expiresAt: NOW + 86_400_000,
    delegationAuthority: true,
    passportId: passportIdOf(0),
  })
  return signEnvelope(envelope, seedOf(0))
}

function delegate(parent: SignedPassport, index: number): SignedPassport {
  const built = buildDelegatedEnvelope(parent, {
    publicKey: publicKeyOf(index),
    identityClaim: `worker-${index}@agents.example.com`,
    permissions: PERMISSIONS,
    issuedAt: NOW,
    delegationAuthority: true,
    passportId: passportIdOf(index),
  })
  if (!built.ok) throw new Error(built.refusal.detail)
  return signEnvelope(built.envelope, seedOf(index - 1))
}

interface BareCheck {
  readonly key: KeyObject
  readonly message: Buffer
  readonly signature: Buffer
}

function bareChecks(leaf: SignedPassport): BareCheck[] {
  const chain = leaf.envelope.provenance.delegation_chain ?? []
  const signed = [
    ...chain.map((link) => [canonicalEnvelope(link.passport_json), link.signature] as const),
    [leaf.passport_json, leaf.signature] as const,
  ]
  return signed.map(([text, signature], index) => ({
    key: createPublicKey({
      key: Buffer.concat([
        Buffer.from('302a300506032b6570032100', 'hex'),
        Buffer.from(publicKeyOf(Math.max(0, index - 1)), 'base64'),
      ]),
      format: 'der',
      type: 'spki',
    }),
    message: Buffer.from(text),
    signature: Buffer.from(signature, 'base64'),
  }))
}

/** Microseconds per call, the best round of many: noise only ever adds. */
function measure(contenders: Readonly<Record<string, () => boolean>>): Map<string, number> {
  const best = new Map<string, number>()
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      const start = process.hrtime.bigint()
      for (let call = 0; call < CALLS_PER_ROUND; call += 1) {
        if (!run()) throw new Error(`${name} refused a good passport`)
      }
      const us = Number(process.hrtime.bigint() - start) / 1000 / CALLS_PER_ROUND
      best.set(name, Math.min(us, best.get(name) ?? Number.POSITIVE_INFINITY))
    }
  }
  return best
}

let leaf = issueRoot()
for (let index = 1; index <= LINKS; index += 1) leaf = delegate(leaf, index)
const checks = bareChecks(leaf)
const parsed: unknown = JSON.parse(leaf.passport_json)

const times = measure({
  'bare crypto.verify × 4': () =>
    checks.every(({ key, message, signature }) => verify(null, message, key, signature)),
  'verifyPassport(object)': () => verifyPassport(parsed, leaf.signature, { now: NOW }).valid,
  'verifyPassport(text)': () => verifyPassport(leaf.passport_json, leaf.signature, { now: NOW }).valid,
})

const bare = times.get('bare crypto.verify × 4') ?? Number.NaN
console.log(
  `passport of ${leaf.passport_json.length} bytes below a chain of ${LINKS}; node ${process.version}`,
)
console.table(
  [...times].map(([name, us]) => ({
    name,
    'us per call': Math.round(us * 10) / 10,
    'of bare': Math.round((bare / us) * 1000) / 1000,
  })),
)
const text = times.get('verifyPassport(text)') ?? Number.NaN
console.log(
  JSON.stringify({
    name: 'verify_chain_of_3',
    value: Math.round(1e6 / text),
    unit: 'passports/s',
    reference: Math.round(1e6 / bare),
    ratio: Math.round((bare / text) * 1000) / 1000,
  }),
)
