import { Command, CommanderError } from 'commander'
import { auditCommand } from './commands/audit-commands.ts'
import { completionCommand } from './commands/completion-command.ts'
import { initCommand } from './commands/init-command.ts'
import { loginCommand } from './commands/login-command.ts'
import { mcpCommand, mcpGateCommand } from './commands/mcp-commands.ts'
import { passportCommand } from './commands/passport-commands.ts'
import { dbCommand, serveCommand, workspaceCommand } from './commands/serve-commands.ts'
import { EXIT, exitCodeOf, Refused } from './exit-codes.ts'
import { operationGroups } from './operations/operation-groups.ts'
import { errorText } from './report-error.ts'
import { VERSION } from './version.ts'

/** The `modei` command. */
export function createProgram(): Command {
  const program = new Command('modei')
    .description('Trust layer for AI agents')
    .version(VERSION, '-V, --version')
    .option('--api-url <url>', 'server to call (default: MODEI_API_URL, else what `modei login` stored)')
  for (const command of [
    serveCommand(),
    workspaceCommand(),
    dbCommand(),
    loginCommand(),
    initCommand(),
    passportCommand(),
    auditCommand(),
    mcpCommand(),
    mcpGateCommand(),
    ...operationGroups(),
    completionCommand(),
  ]) {
    program.addCommand(command)
  }
  return program
}

/** Runs one command line. @returns what the shell is told */
export async function run(argv: readonly string[]): Promise<number> {
  const program = createProgram()
  for (const command of everyCommand(program)) command.exitOverride().showHelpAfterError('(--help says more)')
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return EXIT.done
  } catch (error) {
    // Commander has said what is wrong; it throws for --help too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    const text = error instanceof Refused ? error.message : errorText(error)
    if (text !== '') process.stderr.write(`${text}\n`)
    return exitCodeOf(error)
  }
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}
