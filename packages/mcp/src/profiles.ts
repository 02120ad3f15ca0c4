/** Sets of tools for one kind of user each: clients choke on long lists. */
const SMALL_PROFILES = {
  operator: [
    'list_gates',
    'create_gate',
    'update_gate',
    'list_passports',
    'issue_passport',
    'revoke_passport',
    'set_constraints',
    'apply_constraint_template',
    'create_catalog',
    'publish_catalog',
    'list_approvals',
    'approve_action',
    'deny_action',
    'rotate_gate_key',
    'list_agents',
  ],
  agent: [
    'check_gate',
    'authorize_dry_run',
    'enforce_action',
    'get_approval',
    'get_constraints',
    'get_cumulative_state',
    'discover_services',
    'get_catalog',
    'issue_consumption_attestation',
    'send_agent_heartbeat',
  ],
  auditor: [
    'list_gates',
    'get_gate',
    'get_passport',
    'list_attestations',
    'list_workspace_attestations',
    'get_attestation',
    'verify_attestation',
    'list_enforcement_attestations',
    'verify_enforcement_attestation',
    'get_gate_checkpoint',
    'list_constraint_history',
    'get_cumulative_state',
    'list_settlements',
    'get_settlement',
    'get_sla_compliance',
  ],
} as const

export const PROFILES = ['full', 'operator', 'agent', 'auditor'] as const
export type Profile = (typeof PROFILES)[number]

export function isProfile(value: string): value is Profile {
  return PROFILES.some((profile) => profile === value)
}

/** Names of the tools of a profile; `undefined` for all of them. */
export function profileTools(profile: Profile): ReadonlySet<string> | undefined {
  return profile === 'full' ? undefined : new Set<string>(SMALL_PROFILES[profile])
}
