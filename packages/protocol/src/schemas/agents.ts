import { z } from 'zod'
import { Count, InputTimestamp, id, optional, Timestamp, text } from './common.ts'
import { PassportStatus } from './passports.ts'

export const AgentParams = z.strictObject({ agent_id: id('agent') })

export const AgentHeartbeat = z
  .strictObject({
    passport_id: id('passport'),
    sdk: optional(text(100)),
    sdk_version: optional(text(100)),
    runtime: optional(text(100)),
    env: optional(text(100)),
    started_at: optional(InputTimestamp),
  })
  .meta({ id: 'AgentHeartbeat' })
export type AgentHeartbeat = z.input<typeof AgentHeartbeat>

export const AgentHeartbeatResult = z.object({ ok: z.literal(true), last_seen_at: Timestamp })
export type AgentHeartbeatResult = z.infer<typeof AgentHeartbeatResult>

export const Agent = z
  .object({
    agent_id: z.string(),
    agent_name: z.string().nullable(),
    passports: z.array(
      z.object({
        passport_id: z.string(),
        gate_id: z.string(),
        status: PassportStatus,
        expires_at: Timestamp,
      }),
    ),
    last_seen_at: Timestamp.nullable().describe('Last heartbeat or decision'),
    sdk: z.string().nullable(),
    sdk_version: z.string().nullable(),
    runtime: z.string().nullable(),
    env: z.string().nullable(),
    started_at: Timestamp.nullable(),
    spend_cents: Count.describe('Cents that its passports spent here since they were issued or last reset'),
  })
  .meta({ id: 'Agent' })
export type Agent = z.infer<typeof Agent>
