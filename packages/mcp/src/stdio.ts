import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { ModeiClient } from 'modei'
import { createMcpServer } from './mcp-server.ts'
import { isProfile, PROFILES } from './profiles.ts'
import { VERSION } from './version.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Serves MCP over standard input and output with the settings of the environment. */
export function runStdio(env: Environment): void {
  const profile = env.MODEI_MCP_PROFILE ?? 'full'
  if (!isProfile(profile)) throw new Error(`MODEI_MCP_PROFILE must be one of ${PROFILES.join(', ')}`)
  const client = new ModeiClient({ apiKey: env.MODEI_API_KEY, baseUrl: env.MODEI_API_URL })
  serveStdio(() => createMcpServer(client, profile), {
    // Standard output belongs to the protocol.
    onerror: (error) => process.stderr.write(`modei-mcp: ${error.message}\n`),
  })
  void sendHeartbeat(client, env)
}

/** Tells the server that this agent has started. Failing to is no reason not to serve. */
async function sendHeartbeat(client: ModeiClient, env: Environment): Promise<void> {
  const { MODEI_AGENT_ID: agentId, MODEI_PASSPORT_ID: passportId } = env
  if (agentId === undefined || passportId === undefined) return
  try {
    await client.sendAgentHeartbeat(agentId, {
      passport_id: passportId,
      sdk: 'modei-mcp',
      sdk_version: VERSION,
      runtime: `node ${process.versions.node}`,
      env: env.MODEI_ENV ?? 'development',
      started_at: new Date().toISOString(),
    })
  } catch (error) {
    process.stderr.write(
      `modei-mcp: no heartbeat: ${error instanceof Error ? error.message : String(error)}\n`,
    )
  }
}
