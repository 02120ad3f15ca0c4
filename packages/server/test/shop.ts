import assert from 'node:assert/strict'
import type { Answer, Harness } from './harness.ts'

export const PRICE = 'core:pricing:per_call_cents'

/** A permission by its key, or with some members. */
export type Offer = string | ({ permission_key: string } & Record<string, unknown>)

export async function openGate(server: Harness, gate = 'gate_shop', more: object = {}): Promise<void> {
  const made = await server.request('POST', '/api/gates', { name: 'Shop', gate_id: gate, ...more })
  assert.equal(made.status, 201, made.text)
}

export function saveDraft(server: Harness, offers: readonly Offer[], gate = 'gate_shop'): Promise<Answer> {
  const permissions = offers.map((offer) => (typeof offer === 'string' ? { permission_key: offer } : offer))
  return server.request('POST', `/api/gates/${gate}/catalog`, { permissions })
}

export function publishDraft(server: Harness, body?: object, gate = 'gate_shop'): Promise<Answer> {
  return server.request('POST', `/api/gates/${gate}/catalog/publish`, body)
}

/** Saves and publishes; answers what was published. */
export async function publish(
  server: Harness,
  offers: readonly Offer[],
  body: object = {},
  gate = 'gate_shop',
): Promise<Answer['body']> {
  const saved = await saveDraft(server, offers, gate)
  assert.equal(saved.status, 200, saved.text)
  const published = await publishDraft(server, body, gate)
  assert.equal(published.status, 201, published.text)
  return published.body
}

/** Issues a passport; answers it. */
export async function issue(
  server: Harness,
  permissions: readonly string[],
  more: object = {},
  gate = 'gate_shop',
): Promise<Answer['body']> {
  const issued = await server.request('POST', `/api/gates/${gate}/passports`, {
    agent_id: 'agent-1',
    permissions,
    ...more,
  })
  assert.equal(issued.status, 201, issued.text)
  return issued.body
}

export function checkAt(server: Harness, passport_id: string, action: string, gate = 'gate_shop') {
  return server.request('POST', `/api/gates/${gate}/check`, { passport_id, action })
}

export function enforceWith(server: Harness, passport_id: string, action: string, cost_cents?: number) {
  return server.request('POST', '/api/enforce', { passport_id, action, cost_cents })
}
