import { randomBytes } from 'node:crypto'
import { encodeBase64, ModeiProblem, publicKeyFromSeed } from '@modei/protocol'
import { newId } from '../new-id.ts'
import { SecretBox } from '../secret-box.ts'
import type { GroupCommitOptions } from './group-commit.ts'
import { Signer } from './signer.ts'
import {
  type DecisionJob,
  type DecisionRecord,
  type LiveFacts,
  type NeedPermits,
  NO_READS,
  type Row,
  type Store,
} from './store.ts'

export const box = new SecretBox('a secret for stores under test, 32 characters')

export type OpenOptions = { signer: Signer } & Partial<GroupCommitOptions>

/** One empty database of an engine, made for the suite. */
export interface DatabaseUnderTest {
  /** Opens a store on it, as a new process would. */
  open(options: OpenOptions): Promise<Store>
  /** Whether several stores may have it open at once. */
  readonly shared: boolean
  remove(): Promise<void>
}

export function openStore(
  database: DatabaseUnderTest,
  options: Partial<GroupCommitOptions> = {},
): Promise<Store> {
  // Each with a signer of its own, like processes that share nothing but the secret.
  return database.open({ signer: new Signer(box), ...options })
}

/** A workspace with a gate that signs and a passport of it, apart from all others in the database. */
export interface World {
  workspace_id: string
  chain_id: string
  passport_id: string
}

export function makeWorld(store: Store): Promise<World> {
  return store.write(async (tx, now) => {
    const id = randomBytes(8).toString('hex')
    const world = { workspace_id: `ws_${id}`, chain_id: `gate_${id}`, passport_id: `pp_${id}` }
    await tx
      .insertInto('workspaces')
      .values({ id: world.workspace_id, name: id, mode: 'test', created_at: now, supervised_at: null })
      .execute()
    await tx
      .insertInto('gates')
      .values(gateRow(world.workspace_id, world.chain_id, now))
      .execute()
    await tx
      .insertInto('signing_keys')
      .values(keyRow(world.workspace_id, world.chain_id, now))
      .execute()
    await tx.insertInto('passports').values(passportRow(world, now)).execute()
    return world
  })
}

/** Another gate of the same workspace, with a chain and a key of its own. */
export function makeGate(store: Store, { workspace_id }: World): Promise<string> {
  return store.write(async (tx, now) => {
    const id = `gate_${randomBytes(8).toString('hex')}`
    await tx
      .insertInto('gates')
      .values(gateRow(workspace_id, id, now))
      .execute()
    await tx
      .insertInto('signing_keys')
      .values(keyRow(workspace_id, id, now))
      .execute()
    return id
  })
}

function gateRow(workspaceId: string, id: string, now: number): Row<'gates'> {
  return {
    id,
    workspace_id: workspaceId,
    name: id,
    description: null,
    profile: 'L1',
    allow_self_issued: 0,
    is_discoverable: 0,
    trusted_issuers: '[]',
    compromised_keys: '[]',
    current_catalog_version: 0,
    created_at: now,
    deleted_at: null,
  }
}

export function keyRow(workspaceId: string, ownerId: string, now: number): Row<'signing_keys'> {
  const seed = randomBytes(32)
  const id = newId('sk', now)
  return {
    id,
    workspace_id: workspaceId,
    owner_id: ownerId,
    public_key: encodeBase64(publicKeyFromSeed(seed)),
    sealed_seed: box.seal(seed, id),
    status: 'active',
    created_at: now,
    retired_at: null,
  }
}

export function passportRow(world: World, now: number): Row<'passports'> {
  return {
    id: world.passport_id,
    workspace_id: world.workspace_id,
    gate_id: world.chain_id,
    issuer_id: null,
    agent_id: 'agent_conformance',
    agent_name: null,
    permissions: '["*"]',
    constraints: null,
    passport_json: '{}',
    signature: '',
    public_key: '',
    signing_key_id: '',
    expires_at: now + 3_600_000,
    revoked_at: null,
    created_at: now,
    catalog_version: null,
    catalog_content_hash: null,
    metadata: null,
    counter_key: world.passport_id,
    constraint_version: 0,
    set_constraints: null,
  }
}

export interface Answer {
  id: string
  decision: 'allow' | 'block'
  reason: string | null
  chain_index: number
  sequence_number: number
  created_at: number
  signing_key_id: string
}

export interface Spending extends Partial<DecisionJob<Answer>> {
  cost_cents?: number
  /** Cents that the counter may come to. */
  budget_cents?: number
  /** Permits that the counter may come to. */
  max_permits?: number
  /** Decides over facts before the limits do: a reason blocks. */
  check?: (facts: LiveFacts) => string | null
  /** What to record beside or instead of what a plain decision records. */
  record?: (facts: LiveFacts, plain: DecisionRecord<Answer>) => DecisionRecord<Answer> | NeedPermits
}

/** A job that spends from the passport's counter unless that goes over a limit. */
export function spend(world: World, spending: Spending = {}): DecisionJob<Answer> {
  const { cost_cents = 100, budget_cents, max_permits, check, record, ...parts } = spending
  const passportId = spending.passport_ids?.[0] ?? world.passport_id
  const job: DecisionJob<Answer> = {
    workspace_id: world.workspace_id,
    chain_id: world.chain_id,
    gate_id: world.chain_id,
    ...NO_READS,
    passport_ids: [passportId],
    counter_keys: [passportId],
    sequence_key: passportId,
    approval_id: null,
    nonce: null,
    idempotency: null,
    ...parts,
    decide(facts) {
      const reason = refusal()
      return record?.(facts, plain(reason)) ?? plain(reason)

      function refusal(): string | null {
        const passport = facts.passport(passportId)
        if (passport === undefined) throw new ModeiProblem('not_found', 'no such passport')
        if (passport.revoked_at !== null) return 'passport_revoked'
        if (job.nonce !== null && facts.nonceUsed(job.nonce.scope, job.nonce.nonce)) return 'nonce_used'
        const own = check?.(facts) ?? null
        if (own !== null) return own
        const over = job.counter_keys.some((key) => {
          const { cents, permits } = facts.counters(key).windows.total
          return cents + cost_cents > (budget_cents ?? Infinity) || permits + 1 > (max_permits ?? Infinity)
        })
        return over ? 'over_limit' : null
      }

      function plain(reason_code: string | null): DecisionRecord<Answer> {
        return plainRecord(job, passportId, cost_cents, reason_code, facts)
      }
    },
  }
  return job
}

function plainRecord(
  job: DecisionJob<Answer>,
  passportId: string,
  costCents: number,
  reason: string | null,
  facts: LiveFacts,
): DecisionRecord<Answer> {
  const decision = reason === null ? 'allow' : 'block'
  const [ownKey, ...ancestors] = job.counter_keys
  const charge = { now: facts.now, action: 'test:spend', cost_cents: costCents, target_host: undefined }
  return {
    attestation: {
      id: newId('enf', facts.now),
      type: 'enforcement',
      passport_id: passportId,
      counter_key: reason === null ? (ownKey ?? null) : null,
      agent_id: 'agent_conformance',
      action: 'test:spend',
      target: null,
      decision,
      reason_code: reason,
      cost_cents: costCents,
      content: {},
    },
    effects:
      reason === null
        ? job.counter_keys.map((counter_key) => ({ counter_key, effect: { type: 'charge', ...charge } }))
        : [],
    ancestor_charges:
      reason === null
        ? ancestors.map((counter_key) => ({
            counter_key,
            at: facts.now,
            action: 'test:spend',
            cost_cents: costCents,
            target_host: null,
          }))
        : [],
    approvals: [],
    burn_nonce: reason === null,
    check: null,
    result: ({ id, chain_index, sequence_number, created_at, signing_key_id }) => ({
      id,
      decision,
      reason,
      chain_index,
      sequence_number,
      created_at,
      signing_key_id,
    }),
  }
}

/** How each of many promises ended. */
export async function endings<T>(
  promises: readonly Promise<T>[],
): Promise<{ values: T[]; errors: unknown[] }> {
  const settled = await Promise.allSettled(promises)
  return {
    values: settled.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])),
    errors: settled.flatMap((end) => (end.status === 'rejected' ? [end.reason] : [])),
  }
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}
