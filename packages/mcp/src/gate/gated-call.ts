import type { ModeiClient } from 'modei'
import { type AskOptions, askPermission, type Permission } from './ask-permission.ts'
import type { GatedTool, GateFile } from './gate-file.ts'
import { gateRequest, hashOf, type ToolCall } from './gate-request.ts'
import type { Prove } from './holder.ts'
import type { Recorder } from './recorder.ts'

export interface GateSettings {
  client: ModeiClient
  passportId: string
  /** Proves possession of the passport's key, where the gate has it. */
  prove?: Prove | undefined
  /** Name of the server behind the gate: the first segment of its actions. */
  server: string
  file: GateFile
  recorder: Recorder
  pollMs: number
  log(line: string): void
}

export type Outcome<T> =
  | { go: true; answer: T }
  | { go: false; action: string; refusal: Extract<Permission, { go: false }> }

/** Asks, then does, then records. INVARIANT: nothing reaches `forward` that was not permitted. */
export async function gatedCall<T>(
  settings: GateSettings,
  call: Omit<ToolCall, 'server'> & { mapping?: GatedTool },
  wait: Pick<AskOptions, 'signal' | 'onWait'>,
  forward: () => Promise<T>,
): Promise<Outcome<T>> {
  const { client, passportId, prove, recorder, pollMs, server } = settings
  const { tool } = call
  const tools = new Map(Object.entries(settings.file.tools))
  const mapping = call.mapping ?? tools.get(tool) ?? {}
  const request = gateRequest({ server, tool, arguments: call.arguments }, mapping)
  if (typeof request === 'string') {
    return { go: false, action: tool, refusal: { go: false, code: 'arguments_unusable', reason: request } }
  }
  const { action, input_hash } = request
  const common = { passport_id: passportId, permission: action, tool_name: tool.slice(0, 255), input_hash }
  const failOpen = mapping.fail_open === true
  const permission = await askPermission(request, {
    client,
    passportId,
    prove,
    failOpen,
    pollMs,
    ...wait,
  })
  if (!permission.go) {
    await recorder.record({
      ...common,
      result: 'denied',
      denial_code: permission.code.slice(0, 128),
      ...decidedBy(permission),
    })
    return { go: false, action, refusal: permission }
  }
  if (permission.result === 'unasked')
    settings.log(`${action}: the server cannot be reached, going on as \`fail_open\` says`)
  const begun = performance.now()
  let output: string | undefined
  try {
    const answer = await forward()
    output = JSON.stringify(answer)
    return { go: true, answer }
  } finally {
    await recorder.record({
      ...common,
      result: 'allowed',
      execution_ms: Math.round(performance.now() - begun),
      ...(output === undefined ? {} : { output_hash: hashOf(output) }),
      ...decidedBy(permission),
    })
  }
}

/** Names the signed decision that an outcome belongs to. */
function decidedBy({ result }: Permission): { metadata?: Record<string, unknown> } {
  if (result === undefined) return {}
  return { metadata: result === 'unasked' ? { unasked: true } : { enforcement_id: result.attestation_id } }
}
