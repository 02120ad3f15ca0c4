import { McpServer } from '@modelcontextprotocol/server'
import type { ModeiClient } from 'modei'
import { callTool } from './call-tool.ts'
import { type Profile, profileTools } from './profiles.ts'
import { addPrompts } from './prompts.ts'
import { addResources } from './resources.ts'
import { tools } from './tools.ts'
import { VERSION } from './version.ts'

/** An MCP server whose tools are the calls of the Modei API, made with one client. */
export function createMcpServer(client: ModeiClient, profile: Profile = 'full'): McpServer {
  const server = new McpServer(
    { name: 'modei', title: 'Modei', version: VERSION },
    {
      instructions:
        'Modei decides what an agent may do. A passport names the agent and its limits, a gate stands in front of a resource. Ask enforce_action before you act; a refusal says why and when it would fit.',
    },
  )
  const wanted = profileTools(profile)
  for (const tool of tools) {
    if (wanted !== undefined && !wanted.has(tool.name)) continue
    server.registerTool(
      tool.name,
      {
        title: tool.title,
        description: tool.description,
        inputSchema: tool.arguments.schema,
        outputSchema: tool.output,
        annotations: { title: tool.title, ...tool.hints },
      },
      (given) => callTool(client, tool, given),
    )
  }
  addResources(server, client)
  addPrompts(server, client)
  return server
}
