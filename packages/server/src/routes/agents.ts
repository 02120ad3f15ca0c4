import { operations } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { decodeCursor } from '../http/page.ts'
import { sendAgentHeartbeat } from '../services/agent-heartbeat.ts'
import { listAgents } from '../services/agents.ts'
import type { Services } from '../services/services.ts'

export function agentRoutes(api: Api, services: Services): void {
  mount(api, operations.send_agent_heartbeat, ({ caller, params, body }) =>
    sendAgentHeartbeat(services, caller, params.agent_id, body),
  )
  mount(api, operations.list_agents, ({ caller, query }) =>
    listAgents(services, caller, query.limit ?? 100, decodeCursor(query.cursor)),
  )
}
