import type { ModeiClient } from '../client.ts'

/**
 * The calls that a local gate makes. Its key needs `constraints:read`, `attestations:write`, `enforcement:write` and
 * `passports:read`.
 */
export type GateClient = Pick<
  ModeiClient,
  | 'getGatePublic'
  | 'getGateRevocations'
  | 'listCatalogVersions'
  | 'getCatalogVersion'
  | 'getConstraints'
  | 'getPassport'
  | 'checkGate'
  | 'enforceAction'
  | 'recordAttestation'
>
