import type { PresentedApproval } from './approval.ts'
import { type ConstraintInstance, collectInstances } from './constraints/collect.ts'
import { type Counters, newCounters } from './counters/index.ts'
import type { Credential } from './credential.ts'
import { type EnforceInput, type EnforceOutcome, enforce } from './decide.ts'
import { applyEffect } from './effects.ts'

export const NOW = Date.UTC(2026, 4, 1)
export const TTL = 300_000

export const credential: Credential = {
  access_mode: 'passport',
  passport_id: 'pp_1',
  agent_id: 'agent_1',
  agent_name: null,
  permissions: ['buy'],
  terms: [],
  gate_id: null,
  root: 'self',
  expires_at: '2027-01-01T00:00:00.000Z',
  expires_at_ms: Date.UTC(2027, 0, 1),
  tier: 'L0',
  malformed: null,
  revoked: null,
  possession: 'absent',
  catalog_pin: null,
}

export function limits(map: Record<string, unknown>): ConstraintInstance[] {
  const flat = new Map(Object.entries(map))
  return collectInstances({ flat, byPermission: new Map(), action: 'buy', source: 'passport' })
}

export interface Held {
  id: string
  fingerprint?: string
  cost?: number
  expires_at?: number
}

export function countersWith(...held: readonly Held[]): Counters {
  const counters = newCounters(NOW - 1000)
  for (const { id, fingerprint = 'this', cost = 600, expires_at = NOW + TTL } of held) {
    applyEffect(counters, {
      type: 'reserve',
      now: NOW - 1000,
      id,
      fingerprint,
      action: 'buy',
      cost_cents: cost,
      expires_at,
    })
  }
  return counters
}

export function approval(given: Partial<PresentedApproval> = {}): PresentedApproval {
  return {
    id: 'hold_1',
    status: 'approved',
    fingerprint: 'this',
    held_by: ['core:cost:approval_threshold'],
    expires_at: NOW + TTL,
    ...given,
  }
}

export const HELD = limits({ 'core:cost:approval_threshold': 500, 'core:cost:max_cumulative': 1000 })

export function ask(given: Partial<EnforceInput> = {}): EnforceOutcome {
  return enforce({
    now: NOW,
    action: 'buy',
    target: undefined,
    cost_cents: 600,
    metadata: {},
    credential,
    gate: null,
    subjects: [{ counter_key: 'own', counters: countersWith(), instances: HELD }],
    supervision_heartbeat_at: undefined,
    fingerprint: () => 'this',
    approval: null,
    new_approval_id: () => 'hold_new',
    approval_ttl_ms: TTL,
    ...given,
  })
}

export const having = (...held: readonly Held[]) => [
  { counter_key: 'own', counters: countersWith(...held), instances: HELD },
]
export const open = { id: 'hold_1' }
