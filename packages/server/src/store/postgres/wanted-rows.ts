import type { DecisionJob, IdempotencyClaim, Nonce } from '../store.ts'

/** Everything that a batch of jobs names, each thing once. */
export interface WantedRows {
  chains: string[]
  counters: { workspace_id: string; counter_key: string }[]
  gates: string[]
  issuers: string[]
  passports: string[]
  workspaces: string[]
  revocations: string[]
  approvals: string[]
  nonces: Nonce[]
  claims: IdempotencyClaim[]
}

/** One text for several; no stored text holds the separator. */
export function compound(...parts: string[]): string {
  return parts.join('\u0000')
}

export function claimKey(claim: Omit<IdempotencyClaim, 'fingerprint' | 'encode'>): string {
  const { workspace_id, key_id, method, path, idempotency_key } = claim
  return compound(workspace_id, key_id, method, path, idempotency_key)
}

export function wantedRows(jobs: readonly DecisionJob<unknown>[]): WantedRows {
  const counters = new Map<string, WantedRows['counters'][number]>()
  const nonces = new Map<string, Nonce>()
  const claims = new Map<string, IdempotencyClaim>()
  for (const { workspace_id, counter_keys, sequence_key, nonce, idempotency } of jobs) {
    for (const counter_key of [sequence_key, ...counter_keys]) {
      counters.set(compound(workspace_id, counter_key), { workspace_id, counter_key })
    }
    if (nonce !== null) nonces.set(compound(nonce.scope, nonce.nonce), nonce)
    if (idempotency !== null) claims.set(claimKey(idempotency), idempotency)
  }
  return {
    chains: distinct(jobs, (job) => [job.chain_id]),
    counters: [...counters.values()],
    gates: distinct(jobs, (job) => (job.gate_id === null ? job.gate_ids : [job.gate_id, ...job.gate_ids])),
    issuers: distinct(jobs, (job) => job.issuer_ids),
    passports: distinct(jobs, (job) => job.passport_ids),
    workspaces: distinct(jobs, (job) => [job.workspace_id]),
    revocations: distinct(jobs, (job) => job.revocation_keys),
    approvals: distinct(jobs, (job) => (job.approval_id === null ? [] : [job.approval_id])),
    nonces: [...nonces.values()],
    claims: [...claims.values()],
  }
}

function distinct(
  jobs: readonly DecisionJob<unknown>[],
  ids: (job: DecisionJob<unknown>) => readonly string[],
): string[] {
  return [...new Set(jobs.flatMap(ids))]
}
