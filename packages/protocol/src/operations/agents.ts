import { z } from 'zod'
import { Agent, AgentHeartbeat, AgentHeartbeatResult, AgentParams } from '../schemas/agents.ts'
import { PageQuery } from '../schemas/common.ts'
import { operation } from './operation.ts'

const resource = 'agents'

export const sendAgentHeartbeat = operation('send_agent_heartbeat', {
  resource,
  summary: 'Report that an agent is running, and on what.',
  access: { scope: 'enforcement:write' },
  effect: 'write',
  retry: 'safe',
  params: AgentParams,
  body: AgentHeartbeat,
  response: AgentHeartbeatResult,
})

export const listAgents = operation('list_agents', {
  resource,
  summary: 'List the agents of the workspace with their passports, last sign of life and spending.',
  access: { scope: 'passports:read' },
  effect: 'read',
  retry: 'safe',
  query: PageQuery,
  response: z.array(Agent),
  paged: true,
})
