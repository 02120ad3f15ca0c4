import { parseCounters } from '@modei/core'
import type { Kysely } from 'kysely'
import type { Database } from '../store/schema.ts'
import { jsonObject } from './json.ts'

/** A passport of an agent, and what became of it in one workspace. */
export interface AgentPassport {
  agent_id: string
  agent_name: string | null
  passport_id: string
  /** The gate, or what stands in for it where there is none. */
  place: string
  expires_at: number
  revoked: boolean
  created_at: number
  counter_key: string
  /** Cents on its counter, which the passports of one line share. */
  spent_cents: number
  /** When it was last decided about, Unix milliseconds. */
  decided_at: number | null
}

/** The passports of some agents: those that the workspace issued, and those of their own that were used in it. */
export async function passportsOfAgents(
  db: Kysely<Database>,
  workspaceId: string,
  agentIds: readonly string[],
): Promise<AgentPassport[]> {
  if (agentIds.length === 0) return []
  return [...(await issued(db, workspaceId, agentIds)), ...(await registered(db, workspaceId, agentIds))]
}

async function issued(
  db: Kysely<Database>,
  workspaceId: string,
  agentIds: readonly string[],
): Promise<AgentPassport[]> {
  const rows = await db
    .selectFrom('passports')
    .leftJoin('counters as spent', (join) =>
      join
        .onRef('spent.workspace_id', '=', 'passports.workspace_id')
        .onRef('spent.counter_key', '=', 'passports.counter_key'),
    )
    .leftJoin('counters as decided', (join) =>
      join
        .onRef('decided.workspace_id', '=', 'passports.workspace_id')
        .onRef('decided.counter_key', '=', 'passports.id'),
    )
    .select([
      'passports.id',
      'passports.agent_id',
      'passports.agent_name',
      'passports.gate_id',
      'passports.issuer_id',
      'passports.expires_at',
      'passports.revoked_at',
      'passports.created_at',
      'passports.counter_key',
      'spent.state',
      'decided.last_attestation_id',
    ])
    .where('passports.workspace_id', '=', workspaceId)
    .where('passports.agent_id', 'in', agentIds)
    .execute()
  return rows.map((row) => ({
    agent_id: row.agent_id,
    agent_name: row.agent_name,
    passport_id: row.id,
    place: row.gate_id ?? row.issuer_id ?? workspaceId,
    expires_at: row.expires_at,
    revoked: row.revoked_at !== null,
    created_at: row.created_at,
    counter_key: row.counter_key,
    spent_cents: spentOf(row.state),
    decided_at: timeOf(row.last_attestation_id),
  }))
}

async function registered(
  db: Kysely<Database>,
  workspaceId: string,
  agentIds: readonly string[],
): Promise<AgentPassport[]> {
  const rows = await db
    .selectFrom('registered_passports as r')
    .innerJoin('counters', 'counters.counter_key', 'r.passport_key')
    .leftJoin('revocations', 'revocations.revocation_key', 'r.passport_key')
    .select([
      'r.passport_id',
      'r.passport_key',
      'r.agent_id',
      'r.passport_json',
      'r.expires_at',
      'r.created_at',
      'revocations.revoked_at',
      'counters.state',
      'counters.last_attestation_id',
    ])
    .where('counters.workspace_id', '=', workspaceId)
    .where('r.agent_id', 'in', agentIds)
    .execute()
  return rows.map((row) => {
    const { name, issuer } = said(row.passport_json)
    return {
      agent_id: row.agent_id,
      agent_name: name,
      passport_id: row.passport_id,
      place: issuer ?? workspaceId,
      expires_at: row.expires_at,
      revoked: row.revoked_at !== null,
      created_at: row.created_at,
      counter_key: row.passport_key,
      spent_cents: spentOf(row.state),
      decided_at: timeOf(row.last_attestation_id),
    }
  })
}

/** What a registered envelope says of its holder and its issuer; it was verified when it was registered. */
function said(json: string): { name: string | null; issuer: string | null } {
  const { identity, provenance } = jsonObject(json)
  const name = memberOf(identity, 'agent_name')
  const issuer = memberOf(memberOf(provenance, 'issuer'), 'id')
  return {
    name: typeof name === 'string' ? name : null,
    issuer: typeof issuer === 'string' ? issuer : null,
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined
}

function spentOf(state: string | null): number {
  if (state === null) return 0
  return Math.min(parseCounters(state).windows.total.cents, Number.MAX_SAFE_INTEGER)
}

/** An id starts with its time. A counter's own time moves with what descendants do, this one does not. */
function timeOf(attestationId: string | null): number | null {
  if (attestationId === null) return null
  const digits = attestationId.slice(attestationId.indexOf('_') + 1, attestationId.indexOf('_') + 10)
  return Number.parseInt(digits, 36)
}
