import type { Api } from '../http/mount.ts'
import type { Services } from '../services/services.ts'
import { agentRoutes } from './agents.ts'
import { anonymousRoutes } from './anonymous.ts'
import { apiKeyRoutes } from './api-keys.ts'
import { approvalRoutes } from './approvals.ts'
import { attestationRoutes } from './attestations.ts'
import { catalogRoutes } from './catalogs.ts'
import { checkRoutes } from './checks.ts'
import { commerceRoutes } from './commerce.ts'
import { constraintRoutes } from './constraints.ts'
import { discoveryRoutes } from './discovery.ts'
import { docsRoutes } from './docs.ts'
import { enforcementRoutes } from './enforcement.ts'
import { gateRoutes } from './gates.ts'
import { healthRoutes } from './health.ts'
import { issuerRoutes } from './issuers.ts'
import { logProofRoutes } from './log-proofs.ts'
import { mcpRoutes } from './mcp.ts'
import { passportRoutes } from './passports.ts'
import { platformPassportRoutes } from './platform-passports.ts'
import { selfIssuedRoutes } from './self-issued.ts'

/** Every route of the API, resource by resource. */
export function mountRoutes(api: Api, services: Services): void {
  healthRoutes(api, services)
  docsRoutes(api, services)
  gateRoutes(api, services)
  passportRoutes(api, services)
  catalogRoutes(api, services)
  discoveryRoutes(api, services)
  issuerRoutes(api, services)
  platformPassportRoutes(api, services)
  selfIssuedRoutes(api, services)
  checkRoutes(api, services)
  anonymousRoutes(api, services)
  enforcementRoutes(api, services)
  approvalRoutes(api, services)
  constraintRoutes(api, services)
  attestationRoutes(api, services)
  logProofRoutes(api, services)
  commerceRoutes(api, services)
  mcpRoutes(api, services)
  apiKeyRoutes(api, services)
  agentRoutes(api, services)
}
