import { type Agent, formatTimestamp } from '@modei/protocol'
import type { Kysely } from 'kysely'
import type { Caller } from '../http/call.ts'
import { type Page, type Position, pageOf } from '../http/page.ts'
import type { Database } from '../store/schema.ts'
import type { Row } from '../store/store.ts'
import { type AgentPassport, passportsOfAgents } from './agent-passports.ts'
import type { Services } from './services.ts'

/** Passports that are shown of one agent, the newest; all of them count. */
const MAX_PASSPORTS = 100

/** Agents that have a passport here or gave a sign of life, those last that were known first. */
export async function listAgents(
  { store }: Services,
  caller: Caller,
  limit: number,
  position: Position | undefined,
): Promise<Page<Agent[]>> {
  const known = await knownAgents(store.scan, caller.workspace_id, limit + 1, position)
  const shown = known.slice(0, limit).map(({ agent_id }) => agent_id)
  const passports = await passportsOfAgents(store.scan, caller.workspace_id, shown)
  const beats = await heartbeats(store.scan, caller.workspace_id, shown)
  const now = await store.now()
  return pageOf(
    known,
    limit,
    (row) => ({ at: row.known_at, id: row.agent_id }),
    ({ agent_id: id }) =>
      view(
        id,
        passports.filter(({ agent_id }) => agent_id === id),
        beats.get(id),
        now,
      ),
  )
}

/** Ordered by when an agent was first known, which no later passport changes: so pages neither skip nor repeat one. */
function knownAgents(
  db: Kysely<Database>,
  workspaceId: string,
  limit: number,
  { at, id }: Position = { at: Number.MAX_SAFE_INTEGER, id: '' },
): Promise<{ agent_id: string; known_at: number }[]> {
  return db
    .selectFrom((from) =>
      from
        .selectFrom('passports')
        .select(['passports.agent_id', 'passports.created_at as at'])
        .where('passports.workspace_id', '=', workspaceId)
        .unionAll(
          from
            .selectFrom('agents')
            .select(['agents.agent_id', 'agents.first_seen_at as at'])
            .where('agents.workspace_id', '=', workspaceId),
        )
        .unionAll(
          from
            .selectFrom('counters')
            .innerJoin('registered_passports as r', 'r.passport_key', 'counters.counter_key')
            .select(['r.agent_id', 'r.created_at as at'])
            .where('counters.workspace_id', '=', workspaceId),
        )
        .as('known'),
    )
    .select(({ fn }) => ['known.agent_id', fn.min<number>('known.at').as('known_at')])
    .groupBy('known.agent_id')
    .having(({ or, and, eb, fn }) =>
      or([
        eb(fn.min<number>('known.at'), '<', at),
        and([eb(fn.min<number>('known.at'), '=', at), eb('known.agent_id', '<', id)]),
      ]),
    )
    .orderBy('known_at', 'desc')
    .orderBy('known.agent_id', 'desc')
    .limit(limit)
    .execute()
}

async function heartbeats(
  db: Kysely<Database>,
  workspaceId: string,
  agentIds: readonly string[],
): Promise<Map<string, Row<'agents'>>> {
  if (agentIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('agents')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', 'in', agentIds)
    .execute()
  return new Map(rows.map((row) => [row.agent_id, row]))
}

function view(
  agentId: string,
  passports: readonly AgentPassport[],
  beat: Row<'agents'> | undefined,
  now: number,
): Agent {
  const newestFirst = [...passports].sort((a, b) => b.created_at - a.created_at)
  const seen = [beat?.last_seen_at, ...passports.map(({ decided_at }) => decided_at)].filter(
    (time) => typeof time === 'number',
  )
  // Reissued passports go on counting where the first of their line began.
  const lines = new Map(passports.map((passport) => [passport.counter_key, passport.spent_cents]))
  const spent = [...lines.values()].reduce((sum, cents) => sum + cents, 0)
  return {
    agent_id: agentId,
    agent_name: newestFirst.find(({ agent_name }) => agent_name !== null)?.agent_name ?? null,
    passports: newestFirst.slice(0, MAX_PASSPORTS).map((passport) => ({
      passport_id: passport.passport_id,
      gate_id: passport.place,
      status: passport.revoked ? 'revoked' : passport.expires_at <= now ? 'expired' : 'active',
      expires_at: formatTimestamp(passport.expires_at),
    })),
    last_seen_at: seen.length === 0 ? null : formatTimestamp(Math.max(...seen)),
    sdk: beat?.sdk ?? null,
    sdk_version: beat?.sdk_version ?? null,
    runtime: beat?.runtime ?? null,
    env: beat?.env ?? null,
    started_at: beat?.started_at == null ? null : formatTimestamp(beat.started_at),
    spend_cents: Math.min(spent, Number.MAX_SAFE_INTEGER),
  }
}
