import { setTimeout as sleep } from 'node:timers/promises'
import { type EnforceResult, type ModeiClient, ModeiError } from 'modei'
import type { GateRequest } from './gate-request.ts'
import type { Prove } from './holder.ts'

/** May it go on? `unasked`: nobody decided, and the file says that this tool may go on without. */
export type Permission =
  | { go: true; result: EnforceResult | 'unasked' }
  | { go: false; code: string; reason: string; result?: EnforceResult }

export interface AskOptions {
  client: ModeiClient
  passportId: string
  /** Absent where the gate has not the passport's key; what asks for proof is refused then. */
  prove?: Prove | undefined
  failOpen: boolean
  signal: AbortSignal
  /** Milliseconds between looks at a hold that waits for a person. */
  pollMs: number
  /** Told at every look, with seconds. */
  onWait?: (approvalId: string, waited: number, total: number) => Promise<void>
}

/** A request that is held again after its approval was used by another must not wait for ever. */
const MAX_HOLDS = 3

/** Enforces one request; while it is held, waits for a person and then asks again. */
export async function askPermission(request: GateRequest, options: AskOptions): Promise<Permission> {
  const { client, passportId, prove, signal } = options
  const { input_hash: _, ...body } = request
  let approval: string | undefined
  let wasHeld = false
  try {
    for (let holds = 0; ; holds += 1) {
      const result = await client.enforceAction(
        {
          ...body,
          passport_id: passportId,
          ...(prove === undefined ? {} : { assertion: prove(request) }),
          ...(approval === undefined ? {} : { approval_request_id: approval }),
        },
        { signal },
      )
      if (result.decision === 'PERMIT' || result.decision === 'allow') return { go: true, result }
      const held = result.decision === 'SUSPEND' || result.decision === 'request_hold'
      if (!held || result.approval_request_id === null || holds >= MAX_HOLDS) return refusal(result)
      approval = result.approval_request_id
      wasHeld = true
      const outcome = await awaitApproval(approval, options)
      // An equal request has used it: this one needs its own.
      if (outcome === 'used') approval = undefined
      else if (outcome !== 'approved') {
        const reason = `the request for approval \`${approval}\` was ${outcome}`
        return { go: false, code: `approval_${outcome}`, reason, result }
      }
    }
  } catch (error) {
    if (!(error instanceof ModeiError)) throw error
    // Once a hold is known, being out of reach changes nothing about it.
    if (options.failOpen && !wasHeld && isOutOfReach(error)) return { go: true, result: 'unasked' }
    return { go: false, code: error.code, reason: `nobody decided: ${error.message}` }
  }
}

async function awaitApproval(
  id: string,
  { client, signal, pollMs, onWait }: AskOptions,
): Promise<'approved' | 'denied' | 'expired' | 'used'> {
  const begun = Date.now()
  for (;;) {
    const { status, expires_at } = await client.getApproval(id, { signal })
    if (status !== 'pending') return status
    const ends = Date.parse(expires_at)
    if (Number.isNaN(ends) || Date.now() >= ends + pollMs) return 'expired'
    const seconds = (ms: number) => Math.max(0, Math.round(ms / 1000))
    await onWait?.(id, seconds(Date.now() - begun), seconds(ends - begun))
    await sleep(pollMs, undefined, { signal })
  }
}

function refusal(result: EnforceResult): Permission {
  const code = result.reason ?? result.blocked_by ?? 'blocked'
  return { go: false, code, reason: result.block_reason ?? code, result }
}

function isOutOfReach({ code, statusCode }: ModeiError): boolean {
  return code === 'connection_failed' || code === 'timed_out' || [502, 503, 504].includes(statusCode ?? 0)
}
