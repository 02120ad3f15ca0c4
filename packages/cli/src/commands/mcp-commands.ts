import { Command, Option } from 'commander'
import { AgentCredentials, ENV_PATH_VAR } from 'modei/credentials'
import { isProfile, PROFILES } from 'modei-mcp/profiles'
import { connection } from '../connection/connect.ts'
import { UsageError } from '../exit-codes.ts'
import { urlOf } from '../operations/operation-command.ts'

export function mcpCommand(): Command {
  const command = new Command('mcp').description('serve the API as MCP tools over standard input and output')
  return command
    .addOption(new Option('--profile <profile>', 'which tools').choices(PROFILES))
    .action(async ({ profile }: { profile?: string }) => {
      const chosen = profile ?? process.env.MODEI_MCP_PROFILE
      if (chosen !== undefined && !isProfile(chosen)) {
        throw new UsageError(`MODEI_MCP_PROFILE must be one of ${PROFILES.join(', ')}`)
      }
      const { runStdio } = await import('modei-mcp')
      runStdio({ ...environment(command), MODEI_MCP_PROFILE: chosen })
    })
}

interface GateFlags {
  url?: string
  file?: string
  name?: string
  credentials?: string
}

export function mcpGateCommand(): Command {
  const command = new Command('mcp-gate')
    .description(
      'stand in front of an MCP server: every tool call is enforced for a passport before it is passed on',
    )
    .argument('[command...]', 'after `--`: the server to start')
    .option('--url <url>', 'a server that runs already, by its streamable HTTP address')
    .option('--file <file>', 'JSON that maps tools to actions, costs and targets')
    .option('--name <name>', 'first segment of actions, in place of the name that the server gives itself')
    .option(
      '--credentials <file>',
      `the passport’s own key pair, which proves every call where a gate asks for it (default: ${ENV_PATH_VAR})`,
    )
  return command.action(async (words: string[], { url, file, name, credentials }: GateFlags) => {
    const [program, ...args] = words
    if ((program === undefined) === (url === undefined)) {
      throw new UsageError('give either a command after `--`, or --url URL')
    }
    if (url !== undefined && !URL.canParse(url)) throw new UsageError('--url must be an address')
    const { readGateFile, runGate } = await import('modei-mcp')
    await runGate({
      upstream: url === undefined ? { command: program ?? '', args } : { url: new URL(url) },
      file: file === undefined ? undefined : readGateFile(file),
      name,
      credentials: holder(credentials),
      env: environment(command),
    })
  })
}

/** The key that is named, or none. One that cannot be read does not start a gate without it. */
function holder(path: string | undefined): AgentCredentials | undefined {
  const named = path ?? process.env[ENV_PATH_VAR]
  return named === undefined || named === '' ? undefined : AgentCredentials.load(named)
}

/** The environment, with the server and the key that `modei login` stored where it has none. */
function environment(command: Command): Record<string, string | undefined> {
  const { baseUrl, apiKey } = connection(process.env, urlOf(command))
  return { ...process.env, MODEI_API_URL: baseUrl, MODEI_API_KEY: apiKey }
}
