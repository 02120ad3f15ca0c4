/** The groups under which documentation, CLI and MCP show operations, in reading order. */
export const RESOURCE_GROUPS: readonly { name: string; description: string }[] = [
  { name: 'gates', description: 'Checkpoints in front of resources, each with signing keys of its own' },
  { name: 'issuers', description: 'Signing identities that issue passports without a gate' },
  { name: 'passports', description: 'Signed credentials that agents carry' },
  { name: 'checks', description: 'Is this passport valid here, and does it carry this permission?' },
  { name: 'enforcement', description: 'Is this action allowed now, given budget, rate and time?' },
  { name: 'approvals', description: 'Held actions that wait for a person' },
  { name: 'constraints', description: 'Limits of passports and what was used of them' },
  { name: 'attestations', description: 'Signed, hash-chained records of decisions' },
  { name: 'catalogs', description: 'What a gate offers, under which terms' },
  { name: 'anonymous', description: 'Callers without a passport' },
  { name: 'discovery', description: 'Find services by capability, price and service level' },
  { name: 'commerce', description: 'Metered use, settlements and service levels' },
  { name: 'api_keys', description: 'Secrets of the workspace and their scopes' },
  { name: 'agents', description: 'Agents, their passports and signs of life' },
]
