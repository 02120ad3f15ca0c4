import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { ModeiClient } from 'modei'
import type { AgentCredentials } from 'modei/passport'
import { VERSION } from '../version.ts'
import { actionSegment } from './action-name.ts'
import { findGateId } from './find-gate-id.ts'
import { type GateFile, parseGateFile } from './gate-file.ts'
import { createGateServer } from './gate-server.ts'
import { holderOf } from './holder.ts'
import { recorderOf } from './recorder.ts'

export interface GateOptions {
  /** The server to start, or the address of one that runs. */
  upstream: { command: string; args: readonly string[] } | { url: URL }
  file?: GateFile | undefined
  /** First segment of actions; else the file's, else the name that the server gives itself. */
  name?: string | undefined
  /** The passport's own key, with which each request is proved. */
  credentials?: AgentCredentials | undefined
  env: Readonly<Record<string, string | undefined>>
  pollMs?: number
}

/** Serves MCP over standard input and output, and asks before each call is passed on. Resolves when it is over. */
export async function runGate({
  upstream,
  file = parseGateFile({}),
  name,
  credentials,
  env,
  pollMs = 1000,
}: GateOptions): Promise<void> {
  // Standard output belongs to the protocol.
  const log = (line: string) => void process.stderr.write(`modei mcp-gate: ${line}\n`)
  const passportId = env.MODEI_PASSPORT_ID
  if (passportId === undefined || passportId === '') throw new Error('MODEI_PASSPORT_ID is not set')
  await using client = new ModeiClient({ apiKey: env.MODEI_API_KEY, baseUrl: env.MODEI_API_URL })
  const mcp = new Client(
    { name: 'modei-mcp-gate', version: VERSION },
    { versionNegotiation: { mode: 'url' in upstream ? 'auto' : 'legacy' } },
  )
  const ended = new Promise<void>((resolve) => {
    mcp.onclose = resolve
  })
  await mcp.connect(transportOf(upstream, env))
  try {
    const gateId = await findGateId(client, passportId, env.MODEI_GATE_ID, log)
    const recorder = recorderOf(client, gateId, log)
    const prove = credentials && holderOf(credentials, passportId, gateId)
    const server = actionSegment(name ?? file.server ?? mcp.getServerVersion()?.name ?? 'mcp')
    const settings = { client, passportId, prove, server, file, recorder, pollMs, log }
    const handle = serveStdio(() => createGateServer(mcp, settings), {
      onerror: (error) => log(error.message),
    })
    const agentLeft = new Promise<void>((resolve) =>
      process.stdin.once('close', resolve).once('end', resolve),
    )
    const serverLeft = await Promise.race([agentLeft.then(() => false), ended.then(() => true)])
    await handle.close()
    await recorder.settled()
    if (serverLeft) throw new Error('the server behind the gate has ended')
  } finally {
    await mcp.close()
  }
}

function transportOf(upstream: GateOptions['upstream'], env: GateOptions['env']) {
  if ('url' in upstream) {
    const authorization = env.MODEI_UPSTREAM_AUTHORIZATION
    return new StreamableHTTPClientTransport(upstream.url, {
      ...(authorization !== undefined && { requestInit: { headers: { authorization } } }),
    })
  }
  return new StdioClientTransport({
    command: upstream.command,
    args: [...upstream.args],
    env: withoutOwn(env),
    stderr: 'inherit',
  })
}

/** The server behind the gate needs its own settings, and must not hold the key that would let it go round the gate. */
function withoutOwn(env: GateOptions['env']): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !name.startsWith('MODEI_')) kept[name] = value
  }
  return kept
}
