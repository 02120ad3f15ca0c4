/**
 * Columns of every table, alike on both engines: text ids, integer milliseconds, JSON as text, 0/1 for booleans.
 * Times are Unix milliseconds.
 */
export interface Database {
  meta: { key: string; value: string }
  workspaces: {
    id: string
    name: string
    mode: 'live' | 'test'
    created_at: number
    supervised_at: number | null
  }
  api_keys: {
    id: string
    workspace_id: string
    name: string
    /** Hex SHA-256 of the whole key. */
    hash: string
    prefix: string
    scopes: string
    api_version: string | null
    created_at: number
    expires_at: number | null
    revoked_at: number | null
    last_used_at: number | null
  }
  signing_keys: {
    id: string
    workspace_id: string
    owner_id: string
    public_key: string
    /** The seed, AES-256-GCM sealed; null once the key is compromised or when it lives elsewhere. */
    sealed_seed: string | null
    status: 'active' | 'retired' | 'compromised'
    created_at: number
    retired_at: number | null
  }
  gates: {
    id: string
    workspace_id: string
    name: string
    description: string | null
    profile: 'L1' | 'L2' | 'L3'
    allow_self_issued: number
    is_discoverable: number
    trusted_issuers: string
    /** JSON list of the ids of signing keys that were declared compromised. */
    compromised_keys: string
    /** Number of the newest published version, in effect or still to come; 0 before the first. */
    current_catalog_version: number
    created_at: number
    deleted_at: number | null
  }
  issuers: {
    id: string
    workspace_id: string
    name: string
    domain: string | null
    description: string | null
    /** Set when the key lives with its owner and the server cannot sign. */
    external_public_key: string | null
    compromised_keys: string
    created_at: number
    revoked_at: number | null
  }
  passports: {
    id: string
    workspace_id: string
    gate_id: string | null
    issuer_id: string | null
    agent_id: string
    agent_name: string | null
    permissions: string
    constraints: string | null
    passport_json: string
    signature: string
    public_key: string
    signing_key_id: string
    expires_at: number
    revoked_at: number | null
    created_at: number
    catalog_version: number | null
    catalog_content_hash: string | null
    metadata: string | null
    /** Counters follow a reissued passport: the id of the first of its line. */
    counter_key: string
    constraint_version: number
    /** Constraints set on the server beside the grant, as JSON; null when there are none. */
    set_constraints: string | null
  }
  constraint_versions: {
    passport_id: string
    workspace_id: string
    version: number
    constraints: string
    set_by: string
    set_at: number
  }
  /** One row per passport that acted, and per ancestor whose line acted. */
  counters: {
    workspace_id: string
    counter_key: string
    sequence_number: number
    last_decision_at: number
    last_attestation_id: string | null
    state: string | null
  }
  /** What descendants charged to an ancestor; a passport's own charges are its attestations. */
  ancestor_charges: {
    workspace_id: string
    counter_key: string
    attestation_id: string
    at: number
    action: string
    cost_cents: number
    target_host: string | null
  }
  chains: {
    chain_id: string
    workspace_id: string
    head_index: number
    head_hash: string | null
    last_at: number
    total_checks: number
    allowed: number
    denied: number
    last_check_at: number | null
  }
  attestations: AttestationTable
  /** Signed statements of where a chain stood. Immutable. */
  checkpoints: {
    chain_id: string
    chain_index: number
    workspace_id: string
    chain_hash: string | null
    issued_at: number
    checkpoint_json: string
    signature: string
    signing_key_id: string
    public_key: string
  }
  /** Hashes of whole subtrees over a chain's records, from 16 records on. Immutable. */
  merkle_nodes: {
    chain_id: string
    level: number
    node_index: number
    /** Hex. */
    hash: string
  }
  /** Leaf hashes of records that were removed or may soon be, up to 16 that stand side by side in a row. Immutable. */
  merkle_leaves: {
    chain_id: string
    /** Place in the tree, from 0. */
    first_leaf: number
    /** Hex, one after the other. */
    hashes: string
  }
  /** Signed statements of where what is kept of a chain begins. Immutable. */
  retention_statements: {
    chain_id: string
    first_kept_index: number
    workspace_id: string
    previous_hash: string
    issued_at: number
    statement_json: string
    signature: string
    signing_key_id: string
  }
  /** How the calls of removed consumption records ended. Immutable. */
  removed_outcomes: { chain_id: string; chain_index: number; at: number; action: string; outcome: string }
  /** The last link up to which a chain was verified for the removal of its oldest records. */
  retention_progress: { chain_id: string; chain_index: number; chain_hash: string }
  approvals: {
    id: string
    workspace_id: string
    gate_id: string | null
    passport_id: string
    agent_id: string
    action: string
    target: string | null
    cost_cents: number
    metadata: string | null
    /** JSON list of the constraint keys that hold. */
    held_by: string
    reason: string
    /** JSON list of the counters on which the cost is reserved. */
    counter_keys: string
    /** Whose sequence numbers the resolution carries. */
    sequence_key: string
    fingerprint: string
    constraint_version: number
    status: 'pending' | 'approved' | 'denied' | 'expired' | 'used'
    created_at: number
    expires_at: number
    resolved_at: number | null
    resolved_by: string | null
    note: string | null
    attestation_id: string
  }
  /** The last sign of life that an agent gave by itself. */
  agents: {
    workspace_id: string
    agent_id: string
    passport_id: string
    sdk: string | null
    sdk_version: string | null
    runtime: string | null
    env: string | null
    started_at: number | null
    first_seen_at: number
    last_seen_at: number
  }
  /** Constraint templates of workspaces, beside the built-in ones. */
  constraint_templates: {
    workspace_id: string
    slug: string
    name: string
    description: string | null
    category: string | null
    icon: string | null
    constraints: string
    created_at: number
  }
  /** What a gate lets callers without a passport do; a gate without a row admits none. */
  anonymous_policies: {
    gate_id: string
    workspace_id: string
    enabled: number
    allowed_actions: string
    blocked_actions: string
    rate_limit_per_minute: number
    rate_limit_per_hour: number
    read_only: number
    upgrade_message: string | null
    upgrade_url: string | null
    updated_at: number
  }
  /** How many more refusals for its rate a recorded one stands for. */
  anonymous_repeats: { attestation_id: string; workspace_id: string; count: number }
  /** Self-issued and delegated passports that somebody made known. They belong to no workspace. */
  registered_passports: {
    passport_id: string
    /** Id and identity key together: what counters and revocations go by. */
    passport_key: string
    agent_id: string
    passport_json: string
    signature: string
    expires_at: number
    created_at: number
  }
  /** Self-signed revocations. Server-issued passports carry `revoked_at` themselves. */
  revocations: { revocation_key: string; revoked_at: number }
  /** What a gate would publish next; a gate that never saved one has no row. */
  catalog_drafts: {
    gate_id: string
    workspace_id: string
    permissions: string
    version_label: string | null
    catalog_name: string | null
    description: string | null
    is_active: number
    updated_at: number
  }
  /** Immutable: the database itself refuses UPDATE and DELETE. */
  catalog_versions: {
    gate_id: string
    version: number
    workspace_id: string
    /** The canonical text that was hashed and signed. */
    snapshot_json: string
    content_hash: string
    signature: string
    signing_key_id: string
    public_key: string
    /** From when it is in effect, unless a later version is. */
    effective_at: number
    change_summary: string | null
    changes: string
    has_breaking_changes: number
    /** What its prices are in; null when it has none. The first one is the gate's for ever. */
    currency: string | null
    published_by: string
    created_at: number
  }
  /** The permissions of published versions, as discovery searches them. Immutable like the versions. */
  catalog_permissions: {
    gate_id: string
    version: number
    permission_key: string
    display_name: string
    description: string
    risk_level: 'low' | 'medium' | 'high' | 'critical'
    min_trust_level: 1 | 2 | 3
    pricing_model: string | null
    price_cents: number | null
    currency: string
    uptime_basis_points: number | null
    response_time_ms: number | null
    platform_fee_basis_points: number | null
  }
  settlements: {
    id: string
    workspace_id: string
    gate_id: string
    agent_id: string | null
    period_type: 'daily' | 'weekly' | 'monthly'
    /** UTC days, `YYYY-MM-DD`, both inclusive. */
    period_start: string
    period_end: string
    total_cost_cents: number
    total_platform_fee_cents: number
    total_transactions: number
    excluded_count: number
    currency: string
    settlement_json: string
    content_hash: string
    signature: string
    signing_key_id: string
    public_key: string
    status: 'pending' | 'invoiced' | 'paid' | 'disputed' | 'void'
    created_at: number
  }
  settlement_lines: { attestation_id: string; settlement_id: string }
  /** Which process does a background job: one row for each job. */
  leases: {
    name: string
    /** One run of one process, or nobody any more once it expired. */
    holder: string
    expires_at: number
    /** When the last run began that came to its end; null before the first. */
    ran_at: number | null
  }
  nonces: { scope: string; nonce: string; expires_at: number }
  idempotency: {
    workspace_id: string
    key_id: string
    method: string
    path: string
    idempotency_key: string
    fingerprint: string
    status: number
    body: string
    created_at: number
  }
}

/** Immutable: the database itself refuses UPDATE and DELETE. */
export interface AttestationTable {
  chain_id: string
  chain_index: number
  chain_hash: string
  workspace_id: string
  id: string
  /** What kind of record: a check, an enforcement, a hold's resolution, a reset, a recorded outcome, a consumption. */
  type: string
  gate_id: string | null
  passport_id: string | null
  /** Whose decisions `sequence_number` counts: the passport, with its key where no server issued it, or the gate. */
  sequence_key: string
  /** Whose counter a permit was charged to; null when nothing was charged. */
  counter_key: string | null
  agent_id: string | null
  action: string | null
  target: string | null
  /** Canonical spelling; null for records that are no decision. */
  decision: string | null
  reason_code: string | null
  cost_cents: number
  sequence_number: number
  created_at: number
  attestation_json: string
  signature: string
  signing_key_id: string
}
