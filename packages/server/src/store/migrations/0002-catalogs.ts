import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'
import { define } from './define.ts'
import { refuseChanges } from './immutable.ts'

const statements = [
  `create table catalog_drafts (
    gate_id text primary key references gates (id), workspace_id text not null references workspaces (id),
    permissions text not null, version_label text, catalog_name text, description text,
    is_active bigint not null, updated_at bigint not null)`,
  `create table catalog_versions (
    gate_id text not null references gates (id), version bigint not null check (version >= 1),
    workspace_id text not null references workspaces (id), snapshot_json text not null, content_hash text not null,
    signature text not null, signing_key_id text not null, public_key text not null, effective_at bigint not null,
    change_summary text, changes text not null, has_breaking_changes bigint not null, currency text,
    published_by text not null, created_at bigint not null, primary key (gate_id, version))`,
  `create table catalog_permissions (
    gate_id text not null, version bigint not null, permission_key text not null, display_name text not null,
    description text not null, risk_level text not null, min_trust_level bigint not null, pricing_model text,
    price_cents bigint, currency text not null, uptime_basis_points bigint, response_time_ms bigint,
    platform_fee_basis_points bigint, primary key (gate_id, version, permission_key),
    foreign key (gate_id, version) references catalog_versions (gate_id, version))`,
  'create index catalog_permissions_by_key on catalog_permissions (permission_key)',
  'create index gates_discoverable on gates (id) where is_discoverable = 1',
]

export function catalogs(engine: Engine): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const statement of statements) await define(db, engine, statement)
      await refuseChanges(db, engine, 'catalog_versions')
      await refuseChanges(db, engine, 'catalog_permissions')
    },
  }
}
