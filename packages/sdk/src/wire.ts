// Printed by tools/sdk-types.ts from the table of operations. Change the table, not this file.

export interface Agent {
  agent_id: string
  agent_name: string | null
  passports: Array<{
    passport_id: string
    gate_id: string
    status: 'active' | 'revoked' | 'expired'
    /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
    expires_at: string
  }>
  /** Last heartbeat or decision */
  last_seen_at: string | null
  sdk: string | null
  sdk_version: string | null
  runtime: string | null
  env: string | null
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  started_at: string | null
  /** Cents that its passports spent here since they were issued or last reset */
  spend_cents: number
}

export interface AgentHeartbeat {
  passport_id: string
  sdk?: string | null | undefined
  sdk_version?: string | null | undefined
  runtime?: string | null | undefined
  env?: string | null | undefined
  /** RFC 3339 time with a zone, at most nine fraction digits */
  started_at?: string | null | undefined
}

/** Proof by the passport's own key that the agent made this call */
export interface AgentPoP {
  /** Base64 Ed25519 signature */
  signature: string
  public_key: string
  /** Unix milliseconds */
  timestamp: number
  nonce: string
  catalog_content_hash: string
  request_payload_hash?: string | null | undefined
}

export interface AnonymousLogEntry {
  id: string
  attestation_id: string
  gate_id: string
  action: string | null
  target: string | null
  decision: 'allow' | 'deny' | 'block'
  reason_code: string | null
  /** Network of the client, such as `203.0.113.0/24`: its address is not kept */
  client_address: string | null
  /** Requests that the record stands for: refusals for their rate are recorded once a minute */
  count: number
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string
}

export interface AnonymousPolicy {
  gate_id: string
  enabled: boolean
  /** An empty list allows nothing */
  allowed_actions: Array<string>
  /** Blocked beats allowed */
  blocked_actions: Array<string>
  rate_limit_per_minute: number
  rate_limit_per_hour: number
  read_only: boolean
  upgrade_message: string | null
  upgrade_url: string | null
}

export interface AnonymousPolicySet {
  enabled?: boolean | undefined
  allowed_actions?: Array<string> | undefined
  /** Another name of `allowed_actions` */
  permissions?: Array<string> | undefined
  blocked_actions?: Array<string> | undefined
  /** Requests per client address */
  rate_limit_per_minute?: number | undefined
  /** Requests per client address */
  rate_limit_per_hour?: number | undefined
  read_only?: boolean | undefined
  upgrade_message?: string | null | undefined
  upgrade_url?: string | null | undefined
}

export interface ApiKey {
  /** `key_…` */
  id: string
  name: string
  /** First characters of the key, to tell keys apart */
  prefix: string
  scopes: Array<string>
  /** Version of the API that callers of this key speak */
  api_version: '2026-04-22' | '2026-05-14' | null
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  expires_at: string | null
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  last_used_at: string | null
}

export interface ApiKeyCreate {
  name: string
  /** All of the creator's when left out */
  scopes?: Array<string> | null | undefined
  /** Duration such as `30s`, `15m`, `24h`, `7d`, `4w` or `1y` (365 days) */
  expires_in?: string | null | undefined
  api_version?: '2026-04-22' | '2026-05-14' | null | undefined
}

export interface ApiKeyCreated {
  /** `key_…` */
  id: string
  name: string
  /** First characters of the key, to tell keys apart */
  prefix: string
  scopes: Array<string>
  /** Version of the API that callers of this key speak */
  api_version: '2026-04-22' | '2026-05-14' | null
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  expires_at: string | null
  /** The secret. Answered once; null when the answer is replayed */
  key: string | null
}

export interface Approval {
  /** `hold_…`, the `approval_request_id` of the held request */
  id: string
  approval_request_id: string
  passport_id: string
  gate_id: string
  agent_id: string
  action: string
  target: string | null
  /** Cents reserved while it is open */
  cost_cents: number
  metadata: Record<string, unknown> | null
  /** Keys of the constraints that hold it */
  held_by: Array<string>
  /** Why it is held, as a sentence */
  reason: string
  /** `expired`: nobody resolved it in time, or its approval was not used in time */
  status: 'pending' | 'approved' | 'denied' | 'expired' | 'used'
  /** The resolution in the API version's words; a hold that nobody resolved in time is denied */
  decision: 'approved' | 'denied' | 'APPROVED' | 'DENIED' | null
  note: string | null
  /** API key that resolved it */
  resolved_by: string | null
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string
  /** Until when it can be resolved, and once approved, used */
  expires_at: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  resolved_at: string | null
  /** Record of the hold */
  attestation_id: string
}

export interface ApprovalResolve {
  note?: string | null | undefined
}

export interface Assertion {
  /** `passport_id`, `gate_id`, `action`, `target`?, `cost_cents`?, `nonce`, `timestamp`: equal to the request */
  assertion_json: Record<string, unknown>
  /** Signature over the canonical `assertion_json` */
  assertion_signature: string
}

export interface Attestation {
  id: string
  attestation_id: string
  /** What kind of record: a check, an enforcement, a resolution, a reset, a consumption */
  type: string
  /** The gate, or the issuer's id where there is no gate */
  gate_id: string
  passport_id: string | null
  agent_id: string | null
  action: string | null
  target: string | null
  /** Null for records that are no decision */
  decision:
    | 'PERMIT'
    | 'BLOCK'
    | 'SUSPEND'
    | 'allow'
    | 'block'
    | 'request_hold'
    | 'deny'
    | 'approved'
    | 'denied'
    | 'APPROVED'
    | 'DENIED'
    | null
  reason_code: string | null
  signature: string
  signing_key_id: string
  /** The exact signed text */
  attestation_json: string
  /** Position among the passport's records, from 1 */
  sequence_number: number
  /** Position in the chain, from 1 */
  chain_index: number
  /** Hex SHA-256 of `attestation_json` */
  chain_hash: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string
}

export interface AttestationRecord {
  passport_id: string
  agent_id?: string | null | undefined
  permission?: string | null | undefined
  /** Another name of `permission` */
  action?: string | null | undefined
  tool_name?: string | null | undefined
  /** Decision in any spelling: allow, block, request_hold, approved, denied, deny, allowed, hold, PERMIT, BLOCK, SUSPEND, APPROVED, DENIED */
  result?: string | null | undefined
  /** Another name of `result` */
  decision?: string | null | undefined
  denial_code?: string | null | undefined
  input_hash?: string | null | undefined
  output_hash?: string | null | undefined
  constraints_used?: Record<string, unknown> | null | undefined
  /** Milliseconds */
  execution_ms?: number | null | undefined
  /** At most 64 KiB as canonical JSON */
  metadata?: Record<string, unknown> | null | undefined
}

export interface CatalogChange {
  /** What changed, such as `permission_removed` or `price_changed` */
  type: string
  permission_key: string | null
  /** The price, service level, fee or limit that changed */
  constraint_key: string | null
  /** null for what was not there */
  old?: unknown
  /** null for what is no longer there */
  new?: unknown
  /** The holder is worse off: removed, dearer, slower, tighter, or needs more trust */
  breaking: boolean
}

export interface CatalogCreate {
  permissions: Array<CatalogPermissionInput>
  /** Your own label of the draft; published versions are numbered */
  version?: string | null | undefined
  catalog_name?: string | null | undefined
  description?: string | null | undefined
  /** Whether the draft may be published */
  is_active?: boolean | undefined
}

export interface CatalogDraft {
  gate_id: string
  /** Number of the latest published version; 0 before the first */
  version: number
  version_label: string | null
  catalog_name: string | null
  description: string | null
  is_active: boolean
  permissions: Array<CatalogPermission>
  /** When the latest version was published */
  published_at: string | null
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  updated_at: string | null
}

export interface CatalogImpact {
  gate_id: string
  /** Active passports of the gate that hold a permission which changes */
  affected_passports: number
  has_breaking_changes: boolean
  /** From the latest published version to the draft */
  changes: Array<CatalogChange>
  /** The newest 1000 of them */
  passports: Array<{
    passport_id: string
    agent_id: string
    /** The version that it is pinned to, whose terms it keeps until it is reissued */
    catalog_version: number | null
    /** Permissions of the catalog that change for it */
    permissions: Array<string>
    breaking: boolean
  }>
}

export interface CatalogPermission {
  permission_key: string
  display_name: string
  description: string
  risk_level: 'low' | 'medium' | 'high' | 'critical'
  /** 1: any accepted passport; 2: tier L1 or above; 3: tier L2 or above with proof of possession */
  min_trust_level: 1 | 2 | 3
  constraints: Record<string, unknown> | null
}

export interface CatalogPermissionInput {
  /** What the agent wants to do, such as `flights:book` */
  permission_key?: string | null | undefined
  /** Another name of `permission_key` */
  key?: string | null | undefined
  display_name?: string | null | undefined
  description?: string | null | undefined
  risk_level?: 'low' | 'medium' | 'high' | 'critical' | undefined
  /** 1: any accepted passport; 2: tier L1 or above; 3: tier L2 or above with proof of possession */
  min_trust_level?: 1 | 2 | 3 | undefined
  /** Limits, prices and service levels by constraint key */
  constraints?: Record<string, unknown> | null | undefined
}

export interface CatalogPublish {
  change_summary?: string | null | undefined
  /** From when it holds; the past means now */
  effective_at?: string | null | undefined
}

export interface CatalogSaved {
  status: 'saved'
  gate_id: string
  /** Number of the latest published version; 0 before the first */
  version: number
  version_label: string | null
  catalog_name: string | null
  description: string | null
  is_active: boolean
  permissions: Array<CatalogPermission>
  /** When the latest version was published */
  published_at: string | null
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  updated_at: string | null
}

/** A published version without its content */
export interface CatalogVersion {
  gate_id: string
  version: number
  /** Hex SHA-256 of the canonical `catalog_snapshot` */
  content_hash: string
  /** Base64 Ed25519 signature over the canonical `catalog_snapshot` */
  signature: string
  signing_key_id: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  effective_at: string
  change_summary: string | null
  changes: Array<CatalogChange>
  has_breaking_changes: boolean
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string
}

export interface CheckRequest {
  /** What the agent wants to do, such as `flights:book` */
  action: string
  passport_id?: string | null | undefined
  passport?: SignedEnvelope | null | undefined
  assertion?: Assertion | null | undefined
  /** What the action is done to: a URL, host or name */
  target?: string | null | undefined
  /** At most 64 KiB as canonical JSON */
  context?: Record<string, unknown> | null | undefined
}

export interface CheckResult {
  allowed: boolean
  decision: 'allow' | 'deny' | 'block'
  reason_code: string | null
  access_mode: 'passport' | 'self_issued' | 'anonymous'
  /** `att_…`; null for a repeated refusal that is only counted */
  attestation_id: string | null
  /** Every check in order; the first failure decided */
  checks: Array<CheckStep>
  attestation: {
    attestation_json: string
    /** Base64 Ed25519 signature over exactly the bytes of the signed text */
    signature: string
    /** Base64 Ed25519 key of the signer */
    public_key: string
    signing_key_id: string
  } | null
  upgrade_message?: string | null | undefined
  upgrade_url?: string | null | undefined
}

export interface CheckStep {
  name: string
  result: 'pass' | 'fail' | 'skip'
  /** Why it failed */
  reason_code?: string | undefined
  detail: string | null
}

export interface Checkpoint {
  gate_id: string
  /** Index of the last link; 0 for an empty chain */
  chain_index: number
  chain_hash: string | null
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  issued_at: string
  /** The exact signed text */
  checkpoint_json: string
  /** Base64 Ed25519 signature over exactly the bytes of the signed text */
  signature: string
  /** Base64 Ed25519 key of the signer */
  public_key: string
  signing_key_id: string
}

export interface ConsistencyProof {
  gate_id: string
  old_size: number
  /** Base64 SHA-256 */
  old_root_hash: string
  tree_size: number
  /** Base64 SHA-256 */
  root_hash: string
  /** Hashes as RFC 6962 orders them */
  proof: Array<string>
}

export interface ConstraintEvaluation {
  constraint_key: string
  result: 'pass' | 'block' | 'hold'
  reason_code?: string | null | undefined
  /** Where the limit comes from */
  source?: string | undefined
  /** `*` for the whole passport, or the permission that the limit belongs to */
  scope?: string | undefined
  limit?: unknown
  /** What was used before this request, reservations included */
  current?: unknown
  requested?: unknown
  detail: string | null
  /** When this very request would fit, where time helps */
  resets_at: string | null
}

export interface ConstraintTemplate {
  slug: string
  name: string
  description: string | null
  category: string | null
  icon: string | null
  constraints: Record<string, unknown>
  /** Built in, or made by the workspace */
  is_system: boolean
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string | null
}

export interface ConstraintTemplateCreate {
  /** Name of a template: lower-case letters, digits and hyphens */
  slug: string
  name: string
  description?: string | null | undefined
  category?: string | null | undefined
  icon?: string | null | undefined
  /** Constraints by key, either flat (`core:cost:max_per_action`) or under a permission */
  constraints: Record<string, unknown>
}

export interface ConstraintType {
  constraint_key: string
  namespace: string
  name: string
  description: string
  value_type: string
  unit: string | null
  /** The key's second part */
  category: string
  evaluation_order: number
  is_system: boolean
  /** JSON Schema of the value */
  value_schema: Record<string, unknown>
}

export interface ConstraintVersion {
  version: number
  /** Set on the server in this version */
  constraints: Record<string, unknown>
  /** API key that set it */
  set_by: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  set_at: string
}

/** Constraints by key, either flat (`core:cost:max_per_action`) or under a permission */
export type ConstraintsSet = Record<string, unknown>

export interface ConstraintsUpdated {
  updated: true
  constraints: Record<string, unknown>
  version: number
}

export interface ConsumeRequest {
  passport_id: string
  gate_id: string
  /** What the agent wants to do, such as `flights:book` */
  action: string
  outcome: 'success' | 'error' | 'timeout' | 'partial'
  quantity?: number | undefined
  agent_pop?: AgentPoP | null | undefined
  request_payload_hash?: string | null | undefined
  response_payload_hash?: string | null | undefined
  /** Milliseconds */
  duration_ms?: number | null | undefined
  /** At most 64 KiB as canonical JSON */
  metadata?: Record<string, unknown> | null | undefined
}

export interface ConsumeResult {
  /** `ca_…` */
  attestation_id: string
  /** Cents, a decimal string */
  cost_cents: string
  /** Cents, a decimal string */
  platform_fee_cents: string
  /** ISO 4217 */
  currency: string
  pricing_model: string | null
  catalog_version: number | null
  catalog_content_hash: string | null
  /** The exact signed text */
  attestation_json: string
  /** Base64 Ed25519 signature over exactly the bytes of the signed text */
  signature: string
  /** Base64 Ed25519 key of the signer */
  public_key: string
  signing_key_id: string
}

export interface CumulativeState {
  id: string | null
  passport_id: string
  /** The widest window in use */
  window_type: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  window_start: string | null
  cost_cumulative_cents: number
  action_counts: Record<string, number>
  /** Times of permits by key, at most 1,000 each */
  rate_windows: Record<string, Array<string>>
  sequence_number: number
  last_attestation_id: string | null
  windows: Array<SpendWindowState>
}

export interface DiscoverServicesQuery {
  /** Permission or pattern, such as `flights:*` */
  capability: string
  max_price_cents?: number | undefined
  /** Basis points */
  min_uptime_bp?: number | undefined
  /** Milliseconds */
  max_response_time_ms?: number | undefined
  /** An unknown model answers an empty list */
  pricing_model?: string | undefined
  sort?: 'price_asc' | 'price_desc' | 'uptime_desc' | 'response_asc' | undefined
  limit?: number | undefined
  offset?: number | undefined
}

export interface DiscoveredGate {
  gate_id: string
  gate_name: string
  description: string | null
  security_profile: string
  catalog_version: number
  catalog_content_hash: string
  catalog_signature: string
  signing_key_id: string
  permissions: Array<DiscoveryResult>
}

export interface Discovery {
  results: Array<DiscoveryResult>
  /** The same as `results` */
  services: Array<DiscoveryResult>
  /** The same, grouped by gate */
  gates: Array<DiscoveredGate>
  total: number
  limit: number
  offset: number
}

export interface DiscoveryResult {
  gate_id: string
  gate_name: string
  permission_key: string
  display_name: string
  description: string
  risk_level: 'low' | 'medium' | 'high' | 'critical'
  /** 1: any accepted passport; 2: tier L1 or above; 3: tier L2 or above with proof of possession */
  min_trust_level: 1 | 2 | 3
  pricing_model: string | null
  price_cents: number | null
  currency: string
  uptime_basis_points: number | null
  response_time_ms: number | null
  platform_fee_basis_points: number | null
  catalog_version: number
  catalog_content_hash: string
  catalog_signature: string
  signing_key_id: string
  security_profile: string
}

export interface DryRunRequest {
  gate_id: string
  /** A known `passport_id`, a whole Passport, or an envelope as `passport_json` with its `signature`. It proves nothing, so where the gate demands proof of possession, that is what a dry run finds missing */
  passport: Record<string, unknown>
  /** What the agent wants to do, such as `flights:book` */
  requested_permission: string
  /** Constraints evaluated beside those in force */
  requested_constraints?: Record<string, unknown> | null | undefined
  /** What the action is done to: a URL, host or name */
  target?: string | null | undefined
  /** Cents, a whole number */
  cost_cents?: number | null | undefined
}

export interface DryRunResult {
  allowed: boolean
  decision: 'allow' | 'deny' | 'block'
  enforce_decision: 'PERMIT' | 'BLOCK' | 'SUSPEND' | 'allow' | 'block' | 'request_hold'
  reason_code: string | null
  checks: Array<CheckStep>
  evaluations: Array<ConstraintEvaluation>
  blocked_by: string | null
  constraints_satisfied: boolean
  would_record: false
}

export interface EnforceRequest {
  passport_id?: string | null | undefined
  passport?: SignedEnvelope | null | undefined
  assertion?: Assertion | null | undefined
  /** What the agent wants to do, such as `flights:book` */
  action: string
  /** What the action is done to: a URL, host or name */
  target?: string | null | undefined
  /** What the action costs, in cents; never counted below the pinned price */
  cost_cents?: number | null | undefined
  /** At most 64 KiB as canonical JSON */
  metadata?: Record<string, unknown> | null | undefined
  /** approval id */
  approval_request_id?: string | null | undefined
}

export interface EnforceResult {
  decision: 'PERMIT' | 'BLOCK' | 'SUSPEND' | 'allow' | 'block' | 'request_hold'
  evaluations: Array<ConstraintEvaluation>
  /** Constraint key or reason code */
  blocked_by: string | null
  /** A sentence with the numbers */
  block_reason: string | null
  /** Reason code */
  reason: string | null
  /** Cents spent in the window that binds */
  cumulative_cost: number | null
  /** Cents left in the window that binds */
  remaining_cents: number | null
  /** `enf_…` */
  attestation_id: string
  sequence_number: number
  signature: string
  signing_key_id: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  evaluated_at: string
  /** `hold_…` of a held action */
  approval_request_id: string | null
}

export interface EnforcementAttestation {
  id: string
  attestation_id: string
  passport_id: string
  /** The gate, or the issuer's id where there is no gate */
  gate_id: string
  agent_id: string | null
  action: string
  target: string | null
  decision:
    | 'PERMIT'
    | 'BLOCK'
    | 'SUSPEND'
    | 'allow'
    | 'block'
    | 'request_hold'
    | 'deny'
    | 'approved'
    | 'denied'
    | 'APPROVED'
    | 'DENIED'
  reason_code: string | null
  cost_cents: number
  constraint_evaluations: Array<ConstraintEvaluation>
  signature: string
  signing_key_id: string
  /** The exact signed text */
  attestation_json: string
  /** Position among the passport's records, from 1 */
  sequence_number: number
  /** Position in the chain, from 1 */
  chain_index: number
  /** Hex SHA-256 of `attestation_json` */
  chain_hash: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string
}

export interface ExportAttestationsQuery {
  format?: 'jsonl' | 'csv' | undefined
  /** The records of one chain: a gate's, or by the workspace's id those at no gate */
  chain_id?: string | undefined
  agent_id?: string | undefined
  gate_id?: string | undefined
  issuer_id?: string | undefined
  /** Decision in any spelling: allow, block, request_hold, approved, denied, deny, allowed, hold, PERMIT, BLOCK, SUSPEND, APPROVED, DENIED */
  decision?: string | undefined
  action?: string | undefined
  /** RFC 3339 time with a zone, or `YYYY-MM-DD` for the start of that UTC day */
  after?: string | undefined
  /** RFC 3339 time with a zone, or `YYYY-MM-DD` for the start of that UTC day */
  before?: string | undefined
}

export interface Gate {
  gate_id: string
  name: string
  description: string | null
  /** Trust profile */
  profile: 'L1' | 'L2' | 'L3'
  allow_self_issued: boolean
  is_discoverable: boolean
  trusted_issuers: Array<string>
  current_catalog_version: number
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  deleted_at: string | null
  /** Base64 Ed25519 key that signs now */
  public_key: string
  signing_key_id: string
  stats: {
    total_checks: number
    allowed: number
    denied: number
    /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
    last_check_at: string | null
  }
}

export interface GateCreate {
  name: string
  gate_id: string
  /** Trust profile */
  profile?: 'L1' | 'L2' | 'L3' | undefined
  description?: string | null | undefined
  allow_self_issued?: boolean | undefined
  is_discoverable?: boolean | undefined
  trusted_issuers?: Array<string> | undefined
}

export interface GateLogCheckpoint {
  gate_id: string
  /** Name of the log, and of its keys in signature lines. It never changes */
  origin: string
  /** How many records the tree is over */
  tree_size: number
  /** Base64 SHA-256 */
  root_hash: string
  /** The signed note: a C2SP tlog-checkpoint, exactly as it is to be verified */
  note: string
  /** Base64 Ed25519 key of the signer */
  public_key: string
  signing_key_id: string
}

export interface GatePublic {
  gate_id: string
  name: string
  /** Trust profile */
  profile: 'L1' | 'L2' | 'L3'
  allow_self_issued: boolean
  trusted_issuers: Array<string>
  current_catalog_version: number
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  deleted_at: string | null
  signing_keys: Array<{
    key_id: string
    public_key: string
    status: 'active' | 'retired' | 'compromised'
    /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
    created_at: string
    /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
    retired_at: string | null
  }>
  /** Null while every record is there */
  retention: RetentionStatement | null
}

/** A gate's revoked passports that have not expired yet */
export interface GateRevocations {
  gate_id: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  issued_at: string
  entries: Array<{
    passport_id: string
    /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
    revoked_at: string
    /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
    expires_at: string
  }>
  /** The exact signed text: gate, time and list */
  revocations_json: string
  /** Base64 Ed25519 signature over exactly the bytes of the signed text */
  signature: string
  /** Base64 Ed25519 key of the signer */
  public_key: string
  signing_key_id: string
}

export interface GateUpdate {
  name?: string | undefined
  description?: string | null | undefined
  /** Trust profile */
  profile?: 'L1' | 'L2' | 'L3' | undefined
  allow_self_issued?: boolean | undefined
  is_discoverable?: boolean | undefined
  trusted_issuers?: Array<string> | undefined
}

export interface GetConsistencyProofQuery {
  /** Size of the earlier tree */
  old_size: number
  /** Size of the later one; all records when it is left out */
  tree_size?: number | undefined
}

export interface GetInclusionProofQuery {
  /** Position of the record in the chain, from 1 */
  chain_index: number
  /** Of the tree to prove it in; all records when it is left out */
  tree_size?: number | undefined
}

export interface GetSlaComplianceQuery {
  /** RFC 3339 time with a zone, or `YYYY-MM-DD` for the start of that UTC day */
  period_start: string
  /** RFC 3339 time with a zone, or `YYYY-MM-DD` for the start of that UTC day */
  period_end: string
  /** What the agent wants to do, such as `flights:book` */
  permission_key?: string | undefined
}

export interface GetWorkspaceConsistencyProofQuery {
  /** Size of the earlier tree */
  old_size: number
  /** Size of the later one; all records when it is left out */
  tree_size?: number | undefined
}

export interface GetWorkspaceInclusionProofQuery {
  /** Position of the record in the chain, from 1 */
  chain_index: number
  /** Of the tree to prove it in; all records when it is left out */
  tree_size?: number | undefined
}

export interface InclusionProof {
  gate_id: string
  chain_index: number
  /** Position in the tree, from 0 */
  leaf_index: number
  /** Base64 SHA-256 */
  leaf_hash: string
  tree_size: number
  /** What the proof leads to. Compare it with a checkpoint that you verified */
  root_hash: string
  /** Hashes as RFC 6962 orders them */
  proof: Array<string>
}

export interface Issuer {
  issuer_id: string
  name: string
  domain: string | null
  description: string | null
  /** Base64 Ed25519 key that signs now */
  public_key: string
  signing_key_id: string
  /** `external`: the key lives with its owner and the server cannot sign for this issuer */
  key_custody: 'server' | 'external'
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  revoked_at: string | null
}

export interface IssuerCreate {
  name: string
  domain?: string | null | undefined
  description?: string | null | undefined
  /** Public half of a key that you keep; without it the server makes one */
  public_key?: string | null | undefined
}

export interface IssuerPassportIssue {
  issuer_id: string
  agent_id: string
  permissions: Array<string>
  agent_name?: string | null | undefined
  /** Base64 Ed25519 key of the agent; without it the server makes a key pair */
  agent_public_key?: string | null | undefined
  /** Constraints by key, either flat (`core:cost:max_per_action`) or under a permission */
  constraints?: Record<string, unknown> | null | undefined
  /** Lifetime in seconds; 3600 when neither lifetime is given */
  expires_in_seconds?: number | null | undefined
  /** Duration such as `30s`, `15m`, `24h`, `7d`, `4w` or `1y` (365 days) */
  expires_in?: string | null | undefined
  /** Whether the agent may delegate to sub-agents */
  delegation_authority?: boolean | undefined
  /** At most 64 KiB as canonical JSON */
  metadata?: Record<string, unknown> | null | undefined
}

export interface IssuerPassportSubmit {
  issuer_id?: string | null | undefined
  /** The envelope, as an object or as its exact text */
  passport_json: Record<string, unknown> | string
  /** Base64 Ed25519 signature over the canonical envelope */
  signature: string
  /** At most 64 KiB as canonical JSON */
  metadata?: Record<string, unknown> | null | undefined
}

export interface IssuerUpdate {
  name?: string | undefined
  domain?: string | null | undefined
  description?: string | null | undefined
}

export interface KeyRotate {
  /** The old key may be in other hands: what it signed no longer counts by itself */
  compromised?: boolean | undefined
}

export interface KeyRotated {
  /** The key that signs from now on */
  signing_key_id: string
  public_key: string
  previous_key_id: string
  compromised: boolean
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  rotated_at: string
}

export interface ListApprovalsQuery {
  limit?: number | undefined
  /** Position returned by the `Link` header of the page before */
  cursor?: string | undefined
  /** `expired`: nobody resolved it in time, or its approval was not used in time */
  status?: 'pending' | 'approved' | 'denied' | 'expired' | 'used' | undefined
  passport_id?: string | undefined
  gate_id?: string | undefined
}

export interface ListAttestationsQuery {
  limit?: number | undefined
  /** Position returned by the `Link` header of the page before */
  cursor?: string | undefined
  passport_id?: string | undefined
  agent_id?: string | undefined
  permission?: string | undefined
  /** Decision in any spelling: allow, block, request_hold, approved, denied, deny, allowed, hold, PERMIT, BLOCK, SUSPEND, APPROVED, DENIED */
  decision?: string | undefined
  /** RFC 3339 time with a zone, or `YYYY-MM-DD` for the start of that UTC day */
  since?: string | undefined
  /** RFC 3339 time with a zone, or `YYYY-MM-DD` for the start of that UTC day */
  until?: string | undefined
}

export interface ListConstraintTemplatesQuery {
  limit?: number | undefined
  /** Position returned by the `Link` header of the page before */
  cursor?: string | undefined
  category?: string | undefined
}

export interface ListConstraintTypesQuery {
  limit?: number | undefined
  /** Position returned by the `Link` header of the page before */
  cursor?: string | undefined
  category?: string | undefined
}

export interface ListEnforcementAttestationsQuery {
  limit?: number | undefined
  /** Position returned by the `Link` header of the page before */
  cursor?: string | undefined
  /** Decision in any spelling: allow, block, request_hold, approved, denied, deny, allowed, hold, PERMIT, BLOCK, SUSPEND, APPROVED, DENIED */
  decision?: string | undefined
}

export interface ListPassportsQuery {
  limit?: number | undefined
  /** Position returned by the `Link` header of the page before */
  cursor?: string | undefined
  status?: 'active' | 'revoked' | 'expired' | 'all' | undefined
  agent_id?: string | undefined
}

export interface ListPlatformPassportsQuery {
  limit?: number | undefined
  /** Position returned by the `Link` header of the page before */
  cursor?: string | undefined
  status?: 'active' | 'revoked' | 'expired' | 'all' | undefined
  agent_id?: string | undefined
  issuer_id?: string | undefined
}

export interface ListSettlementsQuery {
  gate_id?: string | undefined
  agent_id?: string | undefined
  period_type?: 'daily' | 'weekly' | 'monthly' | undefined
  status?: 'pending' | 'invoiced' | 'paid' | 'disputed' | 'void' | undefined
  /** RFC 3339 time with a zone, or `YYYY-MM-DD` for the start of that UTC day */
  from?: string | undefined
  /** RFC 3339 time with a zone, or `YYYY-MM-DD` for the start of that UTC day */
  to?: string | undefined
  limit?: number | undefined
  offset?: number | undefined
}

export interface ListWorkspaceAttestationsQuery {
  limit?: number | undefined
  /** Position returned by the `Link` header of the page before */
  cursor?: string | undefined
  agent_id?: string | undefined
  gate_id?: string | undefined
  issuer_id?: string | undefined
  /** Decision in any spelling: allow, block, request_hold, approved, denied, deny, allowed, hold, PERMIT, BLOCK, SUSPEND, APPROVED, DENIED */
  decision?: string | undefined
  action?: string | undefined
  /** RFC 3339 time with a zone, or `YYYY-MM-DD` for the start of that UTC day */
  after?: string | undefined
  /** RFC 3339 time with a zone, or `YYYY-MM-DD` for the start of that UTC day */
  before?: string | undefined
}

export interface PageQuery {
  limit?: number | undefined
  /** Position returned by the `Link` header of the page before */
  cursor?: string | undefined
}

export interface Passport {
  passport_id: string
  /** The gate, or the issuer's id where there is no gate */
  gate_id: string
  issuer_id: string | null
  agent_id: string
  agent_name: string | null
  /** Base64 Ed25519 key of the agent's identity */
  agent_public_key: string
  /** Base64 seed of the key pair that the server made. Answered once and never stored */
  agent_private_key?: string | null | undefined
  permissions: Array<string>
  constraints: Record<string, unknown>
  delegation_authority: boolean
  /** The exact signed bytes */
  passport_json: string
  /** Base64 Ed25519 signature over `passport_json` */
  signature: string
  /** The signer's key */
  public_key: string
  signing_key_id: string
  status: 'active' | 'revoked' | 'expired'
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  expires_at: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  revoked_at: string | null
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string
  catalog_version: number | null
  catalog_content_hash: string | null
  metadata: Record<string, unknown> | null
}

export interface PassportConstraints {
  passport_id: string
  /** In force: what is signed, tightened by what is set here */
  constraints: Record<string, unknown>
  /** Signed in the passport */
  granted: Record<string, unknown>
  /** Set on the server beside the grant */
  set: Record<string, unknown>
  /** Version in force, named by each attestation; 0 while nothing was set */
  version: number
}

export interface PassportIssue {
  agent_id: string
  permissions: Array<string>
  agent_name?: string | null | undefined
  /** Base64 Ed25519 key of the agent; without it the server makes a key pair */
  agent_public_key?: string | null | undefined
  /** Constraints by key, either flat (`core:cost:max_per_action`) or under a permission */
  constraints?: Record<string, unknown> | null | undefined
  /** Lifetime in seconds; 3600 when neither lifetime is given */
  expires_in_seconds?: number | null | undefined
  /** Duration such as `30s`, `15m`, `24h`, `7d`, `4w` or `1y` (365 days) */
  expires_in?: string | null | undefined
  /** Whether the agent may delegate to sub-agents */
  delegation_authority?: boolean | undefined
  /** At most 64 KiB as canonical JSON */
  metadata?: Record<string, unknown> | null | undefined
}

export interface PassportRegistered {
  passport_id: string
  agent_id: string
  /** `idempotent`: it was registered before, with the same bytes */
  status: 'active' | 'idempotent'
}

export interface PassportReissue {
  /** Version to pin; needed when the changes are breaking */
  accept_catalog_version?: number | null | undefined
}

export interface PassportRevoked {
  revoked: true
  passport_id: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  revoked_at: string
}

export interface PassportVerification {
  valid: boolean
  reason_code: string | null
  /** The reason as a sentence */
  reason: string | null
  /** Trust tier of the root of the chain */
  tier: 'L0' | 'L0.5' | 'L1' | 'L2' | 'L3' | null
  /** `unknown`: never seen here, so that only the envelope was judged */
  status: 'active' | 'revoked' | 'expired' | 'unknown'
  passport_id: string | null
  agent_id: string | null
  issuer_id: string | null
  permissions: Array<string>
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  expires_at: string | null
}

export interface PublishResult {
  gate_id: string
  version: number
  /** Hex SHA-256 of the canonical `catalog_snapshot` */
  content_hash: string
  /** Base64 Ed25519 signature over the canonical `catalog_snapshot` */
  signature: string
  signing_key_id: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  effective_at: string
  change_summary: string | null
  changes: Array<CatalogChange>
  has_breaking_changes: boolean
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string
}

export interface PublishedCatalog {
  gate_id: string
  version: number
  /** Hex SHA-256 of the canonical `catalog_snapshot` */
  content_hash: string
  /** Base64 Ed25519 signature over the canonical `catalog_snapshot` */
  signature: string
  signing_key_id: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  effective_at: string
  change_summary: string | null
  changes: Array<CatalogChange>
  has_breaking_changes: boolean
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string
  /** `gate_id`, `version`, `published_at`, `permissions`: what is hashed and signed */
  catalog_snapshot: Record<string, unknown>
  public_key: string
}

export interface ReissueResult {
  passport_id: string
  passport_json: string
  signature: string
  public_key: string
  signing_key_id: string
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  expires_at: string
  catalog_version: number | null
  catalog_content_hash: string | null
  revoked_passport_id: string
  terms_changed: boolean
  has_breaking_changes: boolean
  changes: Array<CatalogChange>
}

/** Where a chain begins whose oldest records were removed */
export interface RetentionStatement {
  /** Index of the first record that was kept */
  first_kept_index: number
  /** The exact signed text */
  statement_json: string
  signature: string
  signing_key_id: string
}

export interface SLAComplianceReport {
  gate_id: string
  period_start: string
  period_end: string
  metrics: Array<SLAMetric>
  /** Hundredths of a percent, 0 to 10000 */
  overall_uptime_bp: number
  overall_compliant: boolean
}

export interface SLAMetric {
  permission_key: string
  total_requests: number
  success_count: number
  error_count: number
  timeout_count: number
  partial_count: number
  /** Hundredths of a percent, 0 to 10000 */
  uptime_basis_points: number
  /** Basis points that the catalog promises */
  sla_uptime_bp: number | null
  compliant: boolean
}

export interface SelfRevoke {
  assertion_json: {
    passport_id: string
    action: 'revoke'
    nonce: string
    /** RFC 3339 time with a zone, at most nine fraction digits */
    revoked_at: string
  }
  /** Signature over the canonical `assertion_json` by the passport's own key or by an ancestor's */
  assertion_signature: string
  passport?: SignedEnvelope | null | undefined
}

export interface SelfRevoked {
  passport_id: string
  status: 'revoked' | 'already_revoked'
}

export interface SettlementList {
  settlements: Array<SettlementSummary>
  total: number
  limit: number
  offset: number
}

export interface SettlementRequest {
  gate_id: string
  period_type: 'daily' | 'weekly' | 'monthly'
  /** UTC day, `YYYY-MM-DD` */
  period_start: string
  /** Last UTC day of the period, inclusive */
  period_end: string
  agent_id?: string | null | undefined
}

export interface SettlementStatusUpdate {
  status: 'pending' | 'invoiced' | 'paid' | 'disputed' | 'void'
}

export interface SettlementSummary {
  id: string
  settlement_run_id: string | null
  gate_id: string
  agent_id: string | null
  period_type: string
  period_start: string
  period_end: string
  total_cost_cents: number
  total_platform_fee_cents: number
  total_transactions: number
  verified_count: number
  /** Receipts whose signature or chain did not verify */
  excluded_count: number
  currency: string
  permission_breakdown: Record<string, unknown>
  outcome_breakdown: Record<string, unknown>
  /** Hex SHA-256 of `settlement_json` */
  content_hash: string
  /** The exact signed text */
  settlement_json: string
  /** Base64 Ed25519 signature over exactly the bytes of the signed text */
  signature: string
  /** Base64 Ed25519 key of the signer */
  public_key: string
  signing_key_id: string
  status: 'pending' | 'invoiced' | 'paid' | 'disputed' | 'void'
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  created_at: string
}

export interface SignedEnvelope {
  /** The envelope, as an object or as its exact text */
  passport_json: Record<string, unknown> | string
  /** Base64 Ed25519 signature over the canonical envelope */
  signature: string
}

export interface SpendWindowState {
  window_type: string
  /** Null for `total` */
  window_start: string | null
  /** When a calendar window starts anew */
  window_end: string | null
  /** Cents spent in the window */
  cost_cumulative_cents: number
  /** Cents that open holds reserve */
  reserved_cents: number
  limit_cents: number | null
  remaining_cents: number | null
}

export interface StateReset {
  /** One window; every window when it is left out */
  window_type?: string | null | undefined
}

export interface StateResetResult {
  reset: true
  attestation_id: string
  window_type: string | null
}

export interface TemplateApplied {
  applied: true
  constraints: Record<string, unknown>
  version: number
}

export interface TemplateApply {
  /** Name of a template: lower-case letters, digits and hyphens */
  template_slug: string
}

export interface VerifyResult {
  valid: boolean
  signature_ok: boolean
  /** Its hash, its predecessor and its successor fit */
  chain_ok: boolean
  reason: string | null
  signing_key_id: string | null
  /** Index of the first record of the chain that retention kept; null while every record is there */
  kept_from: number | null
}

export interface WorkspaceCheckpoint {
  workspace_id: string
  /** Index of the last link; 0 for an empty chain */
  chain_index: number
  chain_hash: string | null
  /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
  issued_at: string
  /** The exact signed text */
  checkpoint_json: string
  /** Base64 Ed25519 signature over exactly the bytes of the signed text */
  signature: string
  /** Base64 Ed25519 key of the signer */
  public_key: string
  signing_key_id: string
}

export interface WorkspaceConsistencyProof {
  workspace_id: string
  old_size: number
  /** Base64 SHA-256 */
  old_root_hash: string
  tree_size: number
  /** Base64 SHA-256 */
  root_hash: string
  /** Hashes as RFC 6962 orders them */
  proof: Array<string>
}

export interface WorkspaceInclusionProof {
  workspace_id: string
  chain_index: number
  /** Position in the tree, from 0 */
  leaf_index: number
  /** Base64 SHA-256 */
  leaf_hash: string
  tree_size: number
  /** What the proof leads to. Compare it with a checkpoint that you verified */
  root_hash: string
  /** Hashes as RFC 6962 orders them */
  proof: Array<string>
}

export interface WorkspaceLogCheckpoint {
  workspace_id: string
  /** Name of the log, and of its keys in signature lines. It never changes */
  origin: string
  /** How many records the tree is over */
  tree_size: number
  /** Base64 SHA-256 */
  root_hash: string
  /** The signed note: a C2SP tlog-checkpoint, exactly as it is to be verified */
  note: string
  /** Base64 Ed25519 key of the signer */
  public_key: string
  signing_key_id: string
}

/** Keys of the chain of a workspace's records at no gate */
export interface WorkspacePublic {
  workspace_id: string
  signing_keys: Array<{
    key_id: string
    public_key: string
    status: 'active' | 'retired' | 'compromised'
    /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
    created_at: string
    /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
    retired_at: string | null
  }>
  retention: RetentionStatement | null
}

/** Every call: what it takes and what it answers. */

export interface Calls {
  /** List the gates of the workspace, newest first. */
  list_gates: { takes: { query?: PageQuery | undefined }; answers: Array<Gate>; paged: true }
  /** Create a gate with its own signing key. */
  create_gate: { takes: { body: GateCreate }; answers: Gate }
  /** Get one gate. */
  get_gate: { takes: { params: { gate_id: string } }; answers: Gate }
  /** Change the settings of a gate; what is left out keeps its value. */
  update_gate: { takes: { params: { gate_id: string }; body: GateUpdate }; answers: Gate }
  /** Change the settings of a gate; what is left out keeps its value. */
  replace_gate: { takes: { params: { gate_id: string }; body: GateUpdate }; answers: Gate }
  /** Archive a gate: it decides and signs nothing more, its history stays readable. */
  delete_gate: {
    takes: { params: { gate_id: string } }
    answers: {
      deleted: true
    }
  }
  /** Get a gate's public keys and profile, for verifying what it signed. */
  get_gate_public: { takes: { params: { gate_id: string } }; answers: GatePublic }
  /** Get the signed, dated list of a gate's revoked passports that have not expired yet. */
  get_gate_revocations: { takes: { params: { gate_id: string } }; answers: GateRevocations }
  /** Give a gate a new signing key; what the old key signed stays valid unless it was compromised. */
  rotate_gate_key: {
    takes: { params: { gate_id: string }; body?: KeyRotate | undefined }
    answers: KeyRotated
  }
  /** List the issuers of the workspace, newest first. */
  list_issuers: { takes: { query?: PageQuery | undefined }; answers: Array<Issuer>; paged: true }
  /** Create an issuer, with a key pair kept here or with the public half of your own. */
  create_issuer: { takes: { body: IssuerCreate }; answers: Issuer }
  /** Get one issuer. */
  get_issuer: { takes: { params: { issuer_id: string } }; answers: Issuer }
  /** Change the name, domain or description of an issuer; what is left out keeps its value. */
  update_issuer: { takes: { params: { issuer_id: string }; body: IssuerUpdate }; answers: Issuer }
  /** Revoke an issuer and every passport that it issued. */
  delete_issuer: {
    takes: { params: { issuer_id: string } }
    answers: {
      revoked: true
      issuer_id: string
      /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
      revoked_at: string
    }
  }
  /** Give an issuer a new signing key; what the old key signed stays valid unless it was compromised. */
  rotate_issuer_key: {
    takes: { params: { issuer_id: string }; body?: KeyRotate | undefined }
    answers: KeyRotated
  }
  /** List a gate's passports, newest first; the active ones unless `status` says otherwise. */
  list_passports: {
    takes: { params: { gate_id: string }; query?: ListPassportsQuery | undefined }
    answers: Array<Passport>
    paged: true
  }
  /** Issue a passport signed by a gate's key. */
  issue_passport: { takes: { params: { gate_id: string }; body: PassportIssue }; answers: Passport }
  /** Get one passport of a gate. */
  get_passport: { takes: { params: { gate_id: string; passport_id: string } }; answers: Passport }
  /** Revoke a passport of a gate; the next decision everywhere refuses it. */
  revoke_passport: { takes: { params: { gate_id: string; passport_id: string } }; answers: PassportRevoked }
  /** Replace a passport by one that is pinned to another catalog version; its counters carry over. */
  reissue_passport: {
    takes: { params: { passport_id: string }; body?: PassportReissue | undefined }
    answers: ReissueResult
  }
  /** List the passports of the workspace's issuers, newest first. */
  list_platform_passports: {
    takes: { query?: ListPlatformPassportsQuery | undefined }
    answers: Array<Passport>
    paged: true
  }
  /** Issue a passport signed by an issuer, or hand in one that the issuer signed with a key of its own. */
  create_passport: { takes: { body: IssuerPassportIssue | IssuerPassportSubmit }; answers: Passport }
  /** Get one passport of the workspace, whoever issued it. */
  get_platform_passport: { takes: { params: { passport_id: string } }; answers: Passport }
  /** Revoke a passport of the workspace; the next decision everywhere refuses it. */
  revoke_platform_passport: { takes: { params: { passport_id: string } }; answers: PassportRevoked }
  /** Verify an envelope: signature, chain, expiry and revocation, without asking what it may do. */
  verify_passport: { takes: { body: SignedEnvelope }; answers: PassportVerification }
  /** Register a self-issued or delegated passport, so that its id is enough from now on. */
  register_passport: { takes: { body: SignedEnvelope }; answers: PassportRegistered }
  /** Revoke a self-issued or delegated passport with a statement signed by its own key or an ancestor's. */
  revoke_self_issued_passport: {
    takes: { params: { passport_id: string }; body: SelfRevoke }
    answers: SelfRevoked
  }
  /** Check whether a passport is valid at a gate and carries a permission; the answer is recorded and signed. */
  check_gate: { takes: { params: { gate_id: string }; body: CheckRequest }; answers: CheckResult }
  /** Answer what check and enforce would answer, recording nothing and moving no counter. */
  authorize_dry_run: { takes: { body: DryRunRequest }; answers: DryRunResult }
  /** Decide whether a passport may perform an action now, within its constraints, and record the decision. */
  enforce_action: { takes: { body: EnforceRequest }; answers: EnforceResult }
  /** List the enforcement decisions about a passport, newest first. */
  list_enforcement_attestations: {
    takes: { params: { passport_id: string }; query?: ListEnforcementAttestationsQuery | undefined }
    answers: Array<EnforcementAttestation>
    paged: true
  }
  /** Get one enforcement decision. */
  get_enforcement_attestation: {
    takes: { params: { attestation_id: string } }
    answers: EnforcementAttestation
  }
  /** Verify the signature and the place in the chain of one enforcement decision. */
  verify_enforcement_attestation: { takes: { params: { attestation_id: string } }; answers: VerifyResult }
  /** List held actions and what became of them, newest first. */
  list_approvals: { takes: { query?: ListApprovalsQuery | undefined }; answers: Array<Approval>; paged: true }
  /** Get one held action. */
  get_approval: { takes: { params: { approval_id: string } }; answers: Approval }
  /** Approve a held action: the same request may then pass once. */
  approve_action: {
    takes: { params: { approval_id: string }; body?: ApprovalResolve | undefined }
    answers: Approval
  }
  /** Deny a held action and release what it reserved. */
  deny_action: {
    takes: { params: { approval_id: string }; body?: ApprovalResolve | undefined }
    answers: Approval
  }
  /** Report that the supervisor of the workspace is alive, for passports that fail closed without it. */
  send_supervision_heartbeat: {
    takes: { body?: Record<string, never> | undefined }
    answers: {
      ok: true
      /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
      last_seen_at: string
    }
  }
  /** Get the constraints in force for a passport. */
  get_constraints: { takes: { params: { passport_id: string } }; answers: PassportConstraints }
  /** Set constraints beside those that are signed; they may add and tighten, never loosen. The body is the map itself. */
  set_constraints: {
    takes: { params: { passport_id: string }; body: ConstraintsSet }
    answers: ConstraintsUpdated
  }
  /** Apply a template: the constraints that it names are replaced, the others stay. */
  apply_constraint_template: {
    takes: { params: { passport_id: string }; body: TemplateApply }
    answers: TemplateApplied
  }
  /** List the versions of what was set for a passport, newest first. */
  list_constraint_history: {
    takes: { params: { passport_id: string }; query?: PageQuery | undefined }
    answers: Array<ConstraintVersion>
    paged: true
  }
  /** List the constraint types in their order of evaluation. */
  list_constraint_types: {
    takes: { query?: ListConstraintTypesQuery | undefined }
    answers: Array<ConstraintType>
    paged: true
  }
  /** List the built-in constraint templates and those of the workspace. */
  list_constraint_templates: {
    takes: { query?: ListConstraintTemplatesQuery | undefined }
    answers: Array<ConstraintTemplate>
    paged: true
  }
  /** Create a constraint template of the workspace. */
  create_constraint_template: { takes: { body: ConstraintTemplateCreate }; answers: ConstraintTemplate }
  /** Get what a passport has spent and done in the windows of its constraints. */
  get_cumulative_state: { takes: { params: { passport_id: string } }; answers: CumulativeState }
  /** Set a passport's counters back to zero; the reset is recorded. */
  reset_cumulative_state: {
    takes: { params: { passport_id: string }; body?: StateReset | undefined }
    answers: StateResetResult
  }
  /** List a gate's attestations, newest first. */
  list_attestations: {
    takes: { params: { gate_id: string }; query?: ListAttestationsQuery | undefined }
    answers: Array<Attestation>
    paged: true
  }
  /** Record an outcome that the gate's owner decided elsewhere. */
  record_attestation: {
    takes: { params: { gate_id: string }; body: AttestationRecord }
    answers: Attestation
  }
  /** List the attestations of the whole workspace, newest first. */
  list_workspace_attestations: {
    takes: { query?: ListWorkspaceAttestationsQuery | undefined }
    answers: Array<Attestation>
    paged: true
  }
  /** Get one attestation. */
  get_attestation: { takes: { params: { attestation_id: string } }; answers: Attestation }
  /** Verify the signature and the place in the chain of one attestation. */
  verify_attestation: { takes: { params: { attestation_id: string } }; answers: VerifyResult }
  /** Stream attestations, oldest first within each chain, as JSON lines or CSV. */
  export_attestations: {
    takes: { query?: ExportAttestationsQuery | undefined }
    answers: string
    streamed: true
  }
  /** Get a signed statement of the last link of a gate's chain, so that a cut tail is noticed. */
  get_gate_checkpoint: { takes: { params: { gate_id: string } }; answers: Checkpoint }
  /** Get the signed root of the tree over a gate's records, as a C2SP tlog-checkpoint. */
  get_gate_log_checkpoint: { takes: { params: { gate_id: string } }; answers: GateLogCheckpoint }
  /** Prove that a record is in the tree over a gate's records. */
  get_inclusion_proof: {
    takes: { params: { gate_id: string }; query: GetInclusionProofQuery }
    answers: InclusionProof
  }
  /** Prove that the tree over a gate's records only grew since an earlier one. */
  get_consistency_proof: {
    takes: { params: { gate_id: string }; query: GetConsistencyProofQuery }
    answers: ConsistencyProof
  }
  /** Get the public keys that sign a workspace's records at no gate. */
  get_workspace_public: { takes: { params: { workspace_id: string } }; answers: WorkspacePublic }
  /** Get a signed statement of the last link of the chain of a workspace's records at no gate. */
  get_workspace_checkpoint: { takes: { params: { workspace_id: string } }; answers: WorkspaceCheckpoint }
  /** Get the signed root of the tree over a workspace's records at no gate, as a C2SP tlog-checkpoint. */
  get_workspace_log_checkpoint: {
    takes: { params: { workspace_id: string } }
    answers: WorkspaceLogCheckpoint
  }
  /** Prove that a record is in the tree over a workspace's records at no gate. */
  get_workspace_inclusion_proof: {
    takes: { params: { workspace_id: string }; query: GetWorkspaceInclusionProofQuery }
    answers: WorkspaceInclusionProof
  }
  /** Prove that the tree over a workspace's records at no gate only grew since an earlier one. */
  get_workspace_consistency_proof: {
    takes: { params: { workspace_id: string }; query: GetWorkspaceConsistencyProofQuery }
    answers: WorkspaceConsistencyProof
  }
  /** Get the draft of a gate's catalog. */
  get_catalog: { takes: { params: { gate_id: string } }; answers: CatalogDraft }
  /** Replace the draft of a gate's catalog. */
  create_catalog: { takes: { params: { gate_id: string }; body: CatalogCreate }; answers: CatalogSaved }
  /** Publish the draft as a signed version that never changes. */
  publish_catalog: {
    takes: { params: { gate_id: string }; body?: CatalogPublish | undefined }
    answers: PublishResult
  }
  /** List the published versions of a catalog without their content, newest first. */
  list_catalog_versions: {
    takes: { params: { gate_id: string }; query?: PageQuery | undefined }
    answers: Array<CatalogVersion>
    paged: true
  }
  /** Get one published version of a catalog. */
  get_catalog_version: { takes: { params: { gate_id: string; version: number } }; answers: PublishedCatalog }
  /** Get what publishing the draft would change, and for which passports. */
  get_catalog_impact: { takes: { params: { gate_id: string } }; answers: CatalogImpact }
  /** Get what publishing the draft would change, and for which passports. */
  analyze_catalog_impact: {
    takes: { params: { gate_id: string }; body?: Record<string, never> | undefined }
    answers: CatalogImpact
  }
  /** Get what callers without a passport may do at a gate. */
  get_anonymous_policy: { takes: { params: { gate_id: string } }; answers: AnonymousPolicy }
  /** Set what callers without a passport may do at a gate; what is left out keeps its value. */
  set_anonymous_policy: {
    takes: { params: { gate_id: string }; body: AnonymousPolicySet }
    answers: AnonymousPolicy
  }
  /** List the checks of callers without a passport, newest first. */
  get_anonymous_log: {
    takes: { params: { gate_id: string }; query?: PageQuery | undefined }
    answers: Array<AnonymousLogEntry>
    paged: true
  }
  /** Find services by capability, price and service level among discoverable gates. */
  discover_services: { takes: { query: DiscoverServicesQuery }; answers: Discovery }
  /** Record one metered use, priced by the catalog version that the passport is pinned to. */
  issue_consumption_attestation: { takes: { body: ConsumeRequest }; answers: ConsumeResult }
  /** Settle the uses of a period that are not settled yet into one signed total. */
  generate_settlement: { takes: { body: SettlementRequest }; answers: SettlementSummary }
  /** List settlements, newest first. */
  list_settlements: { takes: { query?: ListSettlementsQuery | undefined }; answers: SettlementList }
  /** Get one settlement. */
  get_settlement: { takes: { params: { settlement_id: string } }; answers: SettlementSummary }
  /** Move a settlement to another status; voiding it releases its receipts. */
  update_settlement_status: {
    takes: { params: { settlement_id: string }; body: SettlementStatusUpdate }
    answers: SettlementSummary
  }
  /** Compare the uptime of a period with what the catalog promises. */
  get_sla_compliance: {
    takes: { params: { gate_id: string }; query: GetSlaComplianceQuery }
    answers: SLAComplianceReport
  }
  /** List the API keys of the workspace, newest first, without their secrets. */
  list_api_keys: { takes: { query?: PageQuery | undefined }; answers: Array<ApiKey>; paged: true }
  /** Create an API key; its secret is answered once. */
  create_api_key: { takes: { body: ApiKeyCreate }; answers: ApiKeyCreated }
  /** Revoke an API key; it fails on its next use. */
  revoke_api_key: {
    takes: { params: { key_id: string } }
    answers: {
      revoked: true
    }
  }
  /** Report that an agent is running, and on what. */
  send_agent_heartbeat: {
    takes: { params: { agent_id: string }; body: AgentHeartbeat }
    answers: {
      ok: true
      /** UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ` */
      last_seen_at: string
    }
  }
  /** List the agents of the workspace with their passports, last sign of life and spending. */
  list_agents: { takes: { query?: PageQuery | undefined }; answers: Array<Agent>; paged: true }
}
