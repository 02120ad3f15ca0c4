import * as agents from './agents.ts'
import * as anonymous from './anonymous.ts'
import * as apiKeys from './api-keys.ts'
import * as approvals from './approvals.ts'
import * as attestations from './attestations.ts'
import * as catalogs from './catalogs.ts'
import * as checks from './checks.ts'
import * as commerce from './commerce.ts'
import * as constraints from './constraints.ts'
import * as cumulativeState from './cumulative-state.ts'
import * as discovery from './discovery.ts'
import * as enforcement from './enforcement.ts'
import * as gates from './gates.ts'
import * as issuers from './issuers.ts'
import * as logProofs from './log-proofs.ts'
import type { Operation } from './operation.ts'
import * as passports from './passports.ts'
import type { RouteId } from './routes.ts'
import * as selfIssued from './self-issued.ts'
import * as workspaceLog from './workspace-log.ts'

/** Every call, by id. The server, OpenAPI, SDK, MCP, CLI and documentation all read this table. */
export const operations = {
  list_gates: gates.listGates,
  create_gate: gates.createGate,
  get_gate: gates.getGate,
  update_gate: gates.updateGate,
  replace_gate: gates.replaceGate,
  delete_gate: gates.deleteGate,
  get_gate_public: gates.getGatePublic,
  get_gate_revocations: gates.getGateRevocations,
  rotate_gate_key: gates.rotateGateKey,
  list_issuers: issuers.listIssuers,
  create_issuer: issuers.createIssuer,
  get_issuer: issuers.getIssuer,
  update_issuer: issuers.updateIssuer,
  delete_issuer: issuers.deleteIssuer,
  rotate_issuer_key: issuers.rotateIssuerKey,
  list_passports: passports.listPassports,
  issue_passport: passports.issuePassport,
  get_passport: passports.getPassport,
  revoke_passport: passports.revokePassport,
  reissue_passport: passports.reissuePassport,
  list_platform_passports: passports.listPlatformPassports,
  create_passport: passports.createPassport,
  get_platform_passport: passports.getPlatformPassport,
  revoke_platform_passport: passports.revokePlatformPassport,
  verify_passport: passports.verifyPassport,
  register_passport: selfIssued.registerPassport,
  revoke_self_issued_passport: selfIssued.revokeSelfIssuedPassport,
  check_gate: checks.checkGate,
  authorize_dry_run: checks.authorizeDryRun,
  enforce_action: enforcement.enforceAction,
  list_enforcement_attestations: enforcement.listEnforcementAttestations,
  get_enforcement_attestation: enforcement.getEnforcementAttestation,
  verify_enforcement_attestation: enforcement.verifyEnforcementAttestation,
  list_approvals: approvals.listApprovals,
  get_approval: approvals.getApproval,
  approve_action: approvals.approveAction,
  deny_action: approvals.denyAction,
  send_supervision_heartbeat: approvals.sendSupervisionHeartbeat,
  get_constraints: constraints.getConstraints,
  set_constraints: constraints.setConstraints,
  apply_constraint_template: constraints.applyConstraintTemplate,
  list_constraint_history: constraints.listConstraintHistory,
  list_constraint_types: constraints.listConstraintTypes,
  list_constraint_templates: constraints.listConstraintTemplates,
  create_constraint_template: constraints.createConstraintTemplate,
  get_cumulative_state: cumulativeState.getCumulativeState,
  reset_cumulative_state: cumulativeState.resetCumulativeState,
  list_attestations: attestations.listAttestations,
  record_attestation: attestations.recordAttestation,
  list_workspace_attestations: attestations.listWorkspaceAttestations,
  get_attestation: attestations.getAttestation,
  verify_attestation: attestations.verifyAttestation,
  export_attestations: attestations.exportAttestations,
  get_gate_checkpoint: attestations.getGateCheckpoint,
  get_gate_log_checkpoint: logProofs.getGateLogCheckpoint,
  get_inclusion_proof: logProofs.getInclusionProof,
  get_consistency_proof: logProofs.getConsistencyProof,
  get_workspace_public: workspaceLog.getWorkspacePublic,
  get_workspace_checkpoint: workspaceLog.getWorkspaceCheckpoint,
  get_workspace_log_checkpoint: workspaceLog.getWorkspaceLogCheckpoint,
  get_workspace_inclusion_proof: workspaceLog.getWorkspaceInclusionProof,
  get_workspace_consistency_proof: workspaceLog.getWorkspaceConsistencyProof,
  get_catalog: catalogs.getCatalog,
  create_catalog: catalogs.createCatalog,
  publish_catalog: catalogs.publishCatalog,
  list_catalog_versions: catalogs.listCatalogVersions,
  get_catalog_version: catalogs.getCatalogVersion,
  get_catalog_impact: catalogs.getCatalogImpact,
  analyze_catalog_impact: catalogs.analyzeCatalogImpact,
  get_anonymous_policy: anonymous.getAnonymousPolicy,
  set_anonymous_policy: anonymous.setAnonymousPolicy,
  get_anonymous_log: anonymous.getAnonymousLog,
  discover_services: discovery.discoverServices,
  issue_consumption_attestation: commerce.issueConsumptionAttestation,
  generate_settlement: commerce.generateSettlement,
  list_settlements: commerce.listSettlements,
  get_settlement: commerce.getSettlement,
  update_settlement_status: commerce.updateSettlementStatus,
  get_sla_compliance: commerce.getSlaCompliance,
  list_api_keys: apiKeys.listApiKeys,
  create_api_key: apiKeys.createApiKey,
  revoke_api_key: apiKeys.revokeApiKey,
  send_agent_heartbeat: agents.sendAgentHeartbeat,
  list_agents: agents.listAgents,
} as const satisfies { readonly [Id in RouteId]: Operation & { id: Id } }

export type OperationId = keyof typeof operations

export const operationList: readonly Operation[] = Object.values(operations)
