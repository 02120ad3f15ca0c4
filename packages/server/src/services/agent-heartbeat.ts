import { type AgentHeartbeatResult, formatTimestamp, ModeiProblem, parseTimestamp } from '@modei/protocol'
import type { Caller } from '../http/call.ts'
import { findRegisteredRow } from './find-presented.ts'
import { findUsedPassport } from './find-used-passport.ts'
import type { Services } from './services.ts'

export interface Heartbeat {
  passport_id: string
  sdk?: string | undefined
  sdk_version?: string | undefined
  runtime?: string | undefined
  env?: string | undefined
  started_at?: string | undefined
}

/** Notes that an agent runs, and on what. It must name a passport of its own that is known here. */
export async function sendAgentHeartbeat(
  services: Services,
  caller: Caller,
  agentId: string,
  heartbeat: Heartbeat,
): Promise<AgentHeartbeatResult> {
  const owner = await agentOf(services, caller, heartbeat.passport_id)
  if (owner !== agentId) {
    const message = 'is no passport of this agent'
    throw new ModeiProblem('request_invalid', `\`${heartbeat.passport_id}\` ${message}`, {
      errors: [{ pointer: '/body/passport_id', message }],
    })
  }
  const { started_at: startedAt } = heartbeat
  return services.store.write(async (tx, now) => {
    const columns = {
      passport_id: heartbeat.passport_id,
      sdk: heartbeat.sdk ?? null,
      sdk_version: heartbeat.sdk_version ?? null,
      runtime: heartbeat.runtime ?? null,
      env: heartbeat.env ?? null,
      started_at: startedAt === undefined ? null : (parseTimestamp(startedAt) ?? null),
      last_seen_at: now,
    }
    await tx
      .insertInto('agents')
      .values({ workspace_id: caller.workspace_id, agent_id: agentId, ...columns, first_seen_at: now })
      .onConflict((conflict) => conflict.columns(['workspace_id', 'agent_id']).doUpdateSet(columns))
      .execute()
    return { ok: true, last_seen_at: formatTimestamp(now) }
  })
}

/** Whose passport it is: one of this workspace, one that its holder registered, or one that was used here. */
async function agentOf(services: Services, caller: Caller, passportId: string): Promise<string | null> {
  const issued = await services.passports.find(passportId)
  if (issued?.row.workspace_id === caller.workspace_id) return issued.row.agent_id
  const registered = await findRegisteredRow(services, passportId)
  if (registered !== undefined) return registered.agent_id
  return (await findUsedPassport(services, caller, passportId)).agent_id
}
