import type { Client } from '@modelcontextprotocol/client'
import { ProtocolError, ProtocolErrorCode, Server, type ServerContext } from '@modelcontextprotocol/server'
import { VERSION } from '../version.ts'
import { blockedResult, blockedText } from './blocked-result.ts'
import { type GateSettings, gatedCall, type Outcome } from './gated-call.ts'

/** The agent sets the time limit, by cancelling; timers cannot wait longer than this. */
const NO_TIMEOUT_MS = 2 ** 31 - 1

/** Stands where the server stood: the same lists, and every use of them asked for first. */
export function createGateServer(upstream: Client, settings: GateSettings): Server {
  const theirs = upstream.getServerCapabilities() ?? {}
  const instructions = upstream.getInstructions()
  const server = new Server(
    { name: settings.server, version: upstream.getServerVersion()?.version ?? VERSION },
    {
      capabilities: {
        ...(theirs.tools && { tools: {} }),
        ...(theirs.resources && { resources: {} }),
        ...(theirs.prompts && { prompts: {} }),
      },
      ...(instructions !== undefined && { instructions }),
    },
  )
  if (theirs.tools) gateTools(server, upstream, settings)
  if (theirs.resources) gateResources(server, upstream, settings)
  if (theirs.prompts) gatePrompts(server, upstream, settings)
  return server
}

function gateTools(server: Server, upstream: Client, settings: GateSettings): void {
  server.setRequestHandler('tools/list', ({ params }) => upstream.listTools(params, { cacheMode: 'refresh' }))
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const given = { tool: params.name, arguments: params.arguments ?? {} }
    const outcome = await gatedCall(settings, given, waiting(context), () =>
      upstream.callTool({ name: params.name, arguments: given.arguments }, forwarding(context)),
    )
    return outcome.go ? outcome.answer : blockedResult(outcome.action, outcome.refusal)
  })
}

function gateResources(server: Server, upstream: Client, settings: GateSettings): void {
  server.setRequestHandler('resources/list', ({ params }) =>
    upstream.listResources(params, { cacheMode: 'refresh' }),
  )
  server.setRequestHandler('resources/templates/list', ({ params }) =>
    upstream.listResourceTemplates(params, { cacheMode: 'refresh' }),
  )
  server.setRequestHandler('resources/read', async ({ params }, context) => {
    const given = { tool: 'resources/read', arguments: { uri: params.uri } }
    const mapping = { action: `${settings.server}:resources:read`, target: '/uri' }
    const outcome = await gatedCall(settings, { ...given, mapping }, waiting(context), () =>
      upstream.readResource({ uri: params.uri }, { ...forwarding(context), cacheMode: 'bypass' }),
    )
    return permitted(outcome)
  })
}

function gatePrompts(server: Server, upstream: Client, settings: GateSettings): void {
  server.setRequestHandler('prompts/list', ({ params }) =>
    upstream.listPrompts(params, { cacheMode: 'refresh' }),
  )
  server.setRequestHandler('prompts/get', async ({ params }, context) => {
    const given = { tool: 'prompts/get', arguments: { ...params.arguments, name: params.name } }
    const mapping = { action: `${settings.server}:prompts:get` }
    const outcome = await gatedCall(settings, { ...given, mapping }, waiting(context), () =>
      upstream.getPrompt(
        { name: params.name, ...(params.arguments && { arguments: params.arguments }) },
        forwarding(context),
      ),
    )
    return permitted(outcome)
  })
}

/** Where the protocol has no result that says so, a refusal is an error. */
function permitted<T>(outcome: Outcome<T>): T {
  if (outcome.go) return outcome.answer
  throw new ProtocolError(ProtocolErrorCode.InvalidRequest, blockedText(outcome.action, outcome.refusal))
}

/** Ends with the agent's request, and tells an agent that asked for progress how long a hold has waited. */
function waiting({ mcpReq }: ServerContext) {
  const { signal, _meta } = mcpReq
  const token = _meta?.progressToken
  if (token === undefined) return { signal }
  return {
    signal,
    onWait: (approvalId: string, progress: number, total: number) =>
      mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken: token, progress, total, message: `waiting for approval of ${approvalId}` },
      }),
  }
}

function forwarding({ mcpReq }: ServerContext) {
  const { signal, _meta } = mcpReq
  const token = _meta?.progressToken
  const options = { signal, timeout: NO_TIMEOUT_MS }
  if (token === undefined) return options
  return {
    ...options,
    onprogress: (progress: Record<string, unknown>) => {
      // The agent may have gone; the call itself will tell.
      mcpReq
        .notify({ method: 'notifications/progress', params: { ...progress, progressToken: token } })
        .catch(() => undefined)
    },
  }
}
