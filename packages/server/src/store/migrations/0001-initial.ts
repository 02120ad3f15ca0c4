import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'
import { createAttestations } from './attestations.ts'
import { define } from './define.ts'
import { refuseChanges } from './immutable.ts'

const statements = [
  'create table meta (key text primary key, value text not null)',
  `create table workspaces (
    id text primary key, name text not null, mode text not null check (mode in ('live', 'test')),
    created_at bigint not null, supervised_at bigint)`,
  `create table api_keys (
    id text primary key, workspace_id text not null references workspaces (id), name text not null,
    hash text not null unique, prefix text not null, scopes text not null, api_version text,
    created_at bigint not null, expires_at bigint, revoked_at bigint, last_used_at bigint)`,
  'create index api_keys_by_workspace on api_keys (workspace_id, created_at, id)',
  `create table signing_keys (
    id text primary key, workspace_id text not null references workspaces (id), owner_id text not null,
    public_key text not null, sealed_seed text,
    status text not null check (status in ('active', 'retired', 'compromised')),
    created_at bigint not null, retired_at bigint)`,
  "create unique index signing_keys_active on signing_keys (owner_id) where status = 'active'",
  'create index signing_keys_by_owner on signing_keys (owner_id, created_at)',
  `create table gates (
    id text primary key, workspace_id text not null references workspaces (id), name text not null,
    description text, profile text not null check (profile in ('L1', 'L2', 'L3')),
    allow_self_issued bigint not null, is_discoverable bigint not null, trusted_issuers text not null,
    compromised_keys text not null, current_catalog_version bigint not null,
    created_at bigint not null, deleted_at bigint)`,
  'create index gates_by_workspace on gates (workspace_id, created_at, id)',
  `create table issuers (
    id text primary key, workspace_id text not null references workspaces (id), name text not null,
    domain text, description text, external_public_key text, compromised_keys text not null,
    created_at bigint not null, revoked_at bigint)`,
  'create index issuers_by_workspace on issuers (workspace_id, created_at, id)',
  `create table passports (
    id text primary key, workspace_id text not null references workspaces (id),
    gate_id text references gates (id), issuer_id text references issuers (id),
    agent_id text not null, agent_name text, permissions text not null, constraints text,
    passport_json text not null, signature text not null, public_key text not null, signing_key_id text not null,
    expires_at bigint not null, revoked_at bigint, created_at bigint not null,
    catalog_version bigint, catalog_content_hash text, metadata text,
    counter_key text not null, constraint_version bigint not null, set_constraints text)`,
  'create index passports_by_gate on passports (gate_id, created_at, id)',
  'create index passports_by_workspace on passports (workspace_id, created_at, id)',
  'create index passports_by_counter on passports (workspace_id, counter_key)',
  `create table constraint_versions (
    passport_id text not null, workspace_id text not null, version bigint not null, constraints text not null,
    set_by text not null, set_at bigint not null, primary key (passport_id, version))`,
  `create table counters (
    workspace_id text not null, counter_key text not null, sequence_number bigint not null,
    last_decision_at bigint not null, last_attestation_id text, state text,
    primary key (workspace_id, counter_key))`,
  `create table ancestor_charges (
    workspace_id text not null, counter_key text not null, attestation_id text not null, at bigint not null,
    action text not null, cost_cents bigint not null, target_host text,
    primary key (workspace_id, counter_key, at, attestation_id))`,
  `create table chains (
    chain_id text primary key, workspace_id text not null, head_index bigint not null, head_hash text,
    last_at bigint not null, total_checks bigint not null, allowed bigint not null, denied bigint not null,
    last_check_at bigint)`,
  `create table approvals (
    id text primary key, workspace_id text not null references workspaces (id), gate_id text,
    passport_id text not null, agent_id text not null, action text not null, target text,
    cost_cents bigint not null, metadata text, held_by text not null, reason text not null,
    counter_keys text not null, sequence_key text not null, fingerprint text not null, constraint_version bigint not null,
    status text not null check (status in ('pending', 'approved', 'denied', 'expired', 'used')),
    created_at bigint not null, expires_at bigint not null, resolved_at bigint, resolved_by text, note text,
    attestation_id text not null)`,
  'create index approvals_by_workspace on approvals (workspace_id, created_at, id)',
  'create index approvals_by_passport on approvals (passport_id, created_at)',
  `create table registered_passports (
    passport_id text primary key, passport_key text not null, agent_id text not null, passport_json text not null,
    signature text not null, expires_at bigint not null, created_at bigint not null)`,
  'create table revocations (revocation_key text primary key, revoked_at bigint not null)',
  'create table nonces (scope text not null, nonce text not null, expires_at bigint not null, primary key (scope, nonce))',
  'create index nonces_by_expiry on nonces (expires_at)',
  `create table idempotency (
    workspace_id text not null, key_id text not null, method text not null, path text not null,
    idempotency_key text not null, fingerprint text not null, status bigint not null, body text not null,
    created_at bigint not null, primary key (workspace_id, key_id, method, path, idempotency_key))`,
  'create index idempotency_by_age on idempotency (created_at)',
]

export function initial(engine: Engine): Migration {
  return {
    async up(db: Kysely<unknown>) {
      for (const statement of statements) await define(db, engine, statement)
      await createAttestations(db, engine)
      await refuseChanges(db, engine, 'constraint_versions')
      await refuseChanges(db, engine, 'ancestor_charges')
    },
  }
}
