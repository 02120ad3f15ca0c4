import { Caller } from '../caller.ts'
import type { CallOptions } from '../options.ts'
import type { Agent, AgentHeartbeat, ApiKey, ApiKeyCreate, ApiKeyCreated, Calls, PageQuery } from '../wire.ts'

/** Calls about the API keys and the agents of the workspace. */
export class WorkspaceCalls extends Caller {
  /** Lists the API keys of the workspace, newest first, without their secrets. */
  listApiKeys(query?: PageQuery, options?: CallOptions): Promise<ApiKey[]> {
    return this.call('list_api_keys', { query }, options)
  }

  /** Like `listApiKeys`, page after page. */
  iterApiKeys(query?: PageQuery, options?: CallOptions): AsyncGenerator<ApiKey, void, undefined> {
    return this.iterate('list_api_keys', { query }, options)
  }

  /** Creates an API key. Its secret is answered once: a replayed answer has null in its place. */
  createApiKey(key: ApiKeyCreate, options?: CallOptions): Promise<ApiKeyCreated> {
    return this.call('create_api_key', { body: key }, options)
  }

  /** Revokes an API key; it fails on its next use. */
  revokeApiKey(keyId: string, options?: CallOptions): Promise<Calls['revoke_api_key']['answers']> {
    return this.call('revoke_api_key', { params: { key_id: keyId } }, options)
  }

  /** Reports that an agent is running, and on what. */
  sendAgentHeartbeat(
    agentId: string,
    heartbeat: AgentHeartbeat,
    options?: CallOptions,
  ): Promise<Calls['send_agent_heartbeat']['answers']> {
    return this.call('send_agent_heartbeat', { params: { agent_id: agentId }, body: heartbeat }, options)
  }

  /** Lists the agents of the workspace with their passports, last sign of life and spending. */
  listAgents(query?: PageQuery, options?: CallOptions): Promise<Agent[]> {
    return this.call('list_agents', { query }, options)
  }

  /** Like `listAgents`, page after page. */
  iterAgents(query?: PageQuery, options?: CallOptions): AsyncGenerator<Agent, void, undefined> {
    return this.iterate('list_agents', { query }, options)
  }
}
