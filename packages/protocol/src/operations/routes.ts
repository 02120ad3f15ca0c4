/**
 * Where each call lives. Kept apart from the schemas so that clients can bundle it without a validator.
 * `/api/v1/…` is an exact alias of `/api/…`.
 */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
}

export const routes = {
  list_gates: { method: 'GET', path: '/api/gates' },
  create_gate: { method: 'POST', path: '/api/gates' },
  get_gate: { method: 'GET', path: '/api/gates/{gate_id}' },
  update_gate: { method: 'PATCH', path: '/api/gates/{gate_id}' },
  replace_gate: { method: 'PUT', path: '/api/gates/{gate_id}' },
  delete_gate: { method: 'DELETE', path: '/api/gates/{gate_id}' },
  get_gate_public: { method: 'GET', path: '/api/gates/{gate_id}/public' },
  get_gate_revocations: { method: 'GET', path: '/api/gates/{gate_id}/revocations' },
  rotate_gate_key: { method: 'POST', path: '/api/gates/{gate_id}/keys/rotate' },

  list_issuers: { method: 'GET', path: '/api/issuers' },
  create_issuer: { method: 'POST', path: '/api/issuers' },
  get_issuer: { method: 'GET', path: '/api/issuers/{issuer_id}' },
  update_issuer: { method: 'PATCH', path: '/api/issuers/{issuer_id}' },
  delete_issuer: { method: 'DELETE', path: '/api/issuers/{issuer_id}' },
  rotate_issuer_key: { method: 'POST', path: '/api/issuers/{issuer_id}/keys/rotate' },

  list_passports: { method: 'GET', path: '/api/gates/{gate_id}/passports' },
  issue_passport: { method: 'POST', path: '/api/gates/{gate_id}/passports' },
  get_passport: { method: 'GET', path: '/api/gates/{gate_id}/passports/{passport_id}' },
  revoke_passport: { method: 'DELETE', path: '/api/gates/{gate_id}/passports/{passport_id}' },
  reissue_passport: { method: 'POST', path: '/api/passports/{passport_id}/reissue' },
  list_platform_passports: { method: 'GET', path: '/api/passports' },
  create_passport: { method: 'POST', path: '/api/passports' },
  get_platform_passport: { method: 'GET', path: '/api/passports/{passport_id}' },
  revoke_platform_passport: { method: 'DELETE', path: '/api/passports/{passport_id}' },
  verify_passport: { method: 'POST', path: '/api/passports/verify' },
  register_passport: { method: 'POST', path: '/api/passports/register' },
  revoke_self_issued_passport: { method: 'POST', path: '/api/passports/{passport_id}/revoke' },

  check_gate: { method: 'POST', path: '/api/gates/{gate_id}/check' },
  authorize_dry_run: { method: 'POST', path: '/api/authorize/dry-run' },
  enforce_action: { method: 'POST', path: '/api/enforce' },
  list_enforcement_attestations: { method: 'GET', path: '/api/passports/{passport_id}/enforcement' },
  get_enforcement_attestation: { method: 'GET', path: '/api/enforcement/{attestation_id}' },
  verify_enforcement_attestation: { method: 'POST', path: '/api/enforcement/{attestation_id}/verify' },

  list_approvals: { method: 'GET', path: '/api/approvals' },
  get_approval: { method: 'GET', path: '/api/approvals/{approval_id}' },
  approve_action: { method: 'POST', path: '/api/approvals/{approval_id}/approve' },
  deny_action: { method: 'POST', path: '/api/approvals/{approval_id}/deny' },
  send_supervision_heartbeat: { method: 'POST', path: '/api/supervision/heartbeat' },

  get_constraints: { method: 'GET', path: '/api/passports/{passport_id}/constraints' },
  set_constraints: { method: 'PUT', path: '/api/passports/{passport_id}/constraints' },
  apply_constraint_template: { method: 'POST', path: '/api/passports/{passport_id}/constraints' },
  list_constraint_history: { method: 'GET', path: '/api/passports/{passport_id}/constraints/history' },
  list_constraint_types: { method: 'GET', path: '/api/constraints/types' },
  list_constraint_templates: { method: 'GET', path: '/api/constraint-templates' },
  create_constraint_template: { method: 'POST', path: '/api/constraint-templates' },
  get_cumulative_state: { method: 'GET', path: '/api/passports/{passport_id}/state' },
  reset_cumulative_state: { method: 'POST', path: '/api/passports/{passport_id}/state/reset' },

  list_attestations: { method: 'GET', path: '/api/gates/{gate_id}/attestations' },
  record_attestation: { method: 'POST', path: '/api/gates/{gate_id}/attestations' },
  list_workspace_attestations: { method: 'GET', path: '/api/attestations' },
  get_attestation: { method: 'GET', path: '/api/attestations/{attestation_id}' },
  verify_attestation: { method: 'POST', path: '/api/attestations/{attestation_id}/verify' },
  export_attestations: { method: 'GET', path: '/api/attestations/export' },
  get_gate_checkpoint: { method: 'GET', path: '/api/gates/{gate_id}/checkpoint' },
  get_gate_log_checkpoint: { method: 'GET', path: '/api/gates/{gate_id}/log/checkpoint' },
  get_inclusion_proof: { method: 'GET', path: '/api/gates/{gate_id}/log/inclusion' },
  get_consistency_proof: { method: 'GET', path: '/api/gates/{gate_id}/log/consistency' },
  get_workspace_public: { method: 'GET', path: '/api/workspaces/{workspace_id}/public' },
  get_workspace_checkpoint: { method: 'GET', path: '/api/workspaces/{workspace_id}/checkpoint' },
  get_workspace_log_checkpoint: { method: 'GET', path: '/api/workspaces/{workspace_id}/log/checkpoint' },
  get_workspace_inclusion_proof: { method: 'GET', path: '/api/workspaces/{workspace_id}/log/inclusion' },
  get_workspace_consistency_proof: { method: 'GET', path: '/api/workspaces/{workspace_id}/log/consistency' },

  get_catalog: { method: 'GET', path: '/api/gates/{gate_id}/catalog' },
  create_catalog: { method: 'POST', path: '/api/gates/{gate_id}/catalog' },
  publish_catalog: { method: 'POST', path: '/api/gates/{gate_id}/catalog/publish' },
  list_catalog_versions: { method: 'GET', path: '/api/gates/{gate_id}/catalog/versions' },
  get_catalog_version: { method: 'GET', path: '/api/gates/{gate_id}/catalog/{version}' },
  get_catalog_impact: { method: 'GET', path: '/api/gates/{gate_id}/catalog/impact' },
  analyze_catalog_impact: { method: 'POST', path: '/api/gates/{gate_id}/catalog/impact' },

  get_anonymous_policy: { method: 'GET', path: '/api/gates/{gate_id}/anonymous-policy' },
  set_anonymous_policy: { method: 'PUT', path: '/api/gates/{gate_id}/anonymous-policy' },
  get_anonymous_log: { method: 'GET', path: '/api/gates/{gate_id}/anonymous-log' },

  discover_services: { method: 'GET', path: '/api/discover' },
  issue_consumption_attestation: { method: 'POST', path: '/api/consume' },
  generate_settlement: { method: 'POST', path: '/api/billing' },
  list_settlements: { method: 'GET', path: '/api/billing' },
  get_settlement: { method: 'GET', path: '/api/billing/{settlement_id}' },
  update_settlement_status: { method: 'POST', path: '/api/billing/{settlement_id}/status' },
  get_sla_compliance: { method: 'GET', path: '/api/gates/{gate_id}/sla' },

  list_api_keys: { method: 'GET', path: '/api/users/api-keys' },
  create_api_key: { method: 'POST', path: '/api/users/api-keys' },
  revoke_api_key: { method: 'DELETE', path: '/api/users/api-keys/{key_id}' },

  send_agent_heartbeat: { method: 'POST', path: '/api/agents/{agent_id}/heartbeat' },
  list_agents: { method: 'GET', path: '/api/agents' },
} as const satisfies Record<string, Route>

export type RouteId = keyof typeof routes
