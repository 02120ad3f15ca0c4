import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'
import { define } from './define.ts'

const statements = [
  `create table settlements (
    id text primary key, workspace_id text not null references workspaces (id),
    gate_id text not null references gates (id), agent_id text, period_type text not null,
    period_start text not null, period_end text not null, total_cost_cents bigint not null,
    total_platform_fee_cents bigint not null, total_transactions bigint not null, excluded_count bigint not null,
    currency text not null, settlement_json text not null, content_hash text not null, signature text not null,
    signing_key_id text not null, public_key text not null,
    status text not null check (status in ('pending', 'invoiced', 'paid', 'disputed', 'void')),
    created_at bigint not null)`,
  'create index settlements_by_workspace on settlements (workspace_id, created_at, id)',
  'create index settlements_by_gate on settlements (gate_id, period_start)',
  // The primary key is the promise that a receipt is settled once.
  `create table settlement_lines (
    attestation_id text primary key, settlement_id text not null references settlements (id))`,
  'create index settlement_lines_by_settlement on settlement_lines (settlement_id)',
  `create index attestations_consumed on attestations (chain_id, created_at) where type = 'consumption'`,
]

export function settlements(engine: Engine): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const statement of statements) await define(db, engine, statement)
    },
  }
}
