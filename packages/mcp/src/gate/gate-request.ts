import { createHash } from 'node:crypto'
import type { EnforceRequest } from 'modei'
import { actionOf } from './action-name.ts'
import type { GatedTool } from './gate-file.ts'

/** A call that an agent wants to make, before anybody decided about it. */
export interface ToolCall {
  server: string
  tool: string
  /** Attacker-controlled: an agent may be talked into anything. */
  arguments: Readonly<Record<string, unknown>>
}

export type GateRequest = Omit<
  EnforceRequest,
  'passport' | 'passport_id' | 'assertion' | 'approval_request_id'
> & {
  input_hash: string
}

/**
 * What to ask about a call, or why it cannot be asked: a mapped argument that is absent or of the wrong kind blocks.
 * The arguments themselves stay here; their hash binds an approval to exactly them.
 */
export function gateRequest(call: ToolCall, mapping: GatedTool = {}): GateRequest | string {
  const text = JSON.stringify(call.arguments)
  const input_hash = hashOf(text)
  const metadata: Record<string, unknown> = {}
  for (const [name, pointer] of Object.entries(mapping.metadata ?? {})) {
    const value = find(call.arguments, pointer)
    if (value !== undefined) metadata[name] = value
  }
  const request: GateRequest = {
    action: mapping.action ?? actionOf(call.server, call.tool),
    input_hash,
    metadata: {
      ...metadata,
      mcp_server: call.server.slice(0, 200),
      mcp_tool: call.tool.slice(0, 200),
      input_hash,
      payload_bytes: Buffer.byteLength(text),
    },
  }
  if (mapping.cost_cents !== undefined) {
    const cost =
      typeof mapping.cost_cents === 'number' ? mapping.cost_cents : find(call.arguments, mapping.cost_cents)
    if (!isCents(cost)) return `the argument \`${mapping.cost_cents}\` is no whole number of cents`
    request.cost_cents = cost
  }
  if (mapping.target !== undefined) {
    const target = find(call.arguments, mapping.target)
    if (typeof target !== 'string' || target === '') return `the argument \`${mapping.target}\` is no text`
    request.target = target
  }
  return request
}

export function hashOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

function isCents(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Follows a JSON Pointer through own members only. */
function find(value: unknown, pointer: string): unknown {
  let found = value
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = new Map<string, unknown>(Object.entries(found)).get(name)
  }
  return found
}
