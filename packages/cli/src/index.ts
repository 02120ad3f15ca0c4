import { main as serve, createWorkspace, openStore, readConfig } from '@modei/server'
import { Command, Option } from 'commander'

/** The `modei` command. */
export function createProgram(): Command {
  const program = new Command('modei').description('Trust layer for AI agents').showHelpAfterError()
  program
    .command('serve')
    .description('run a server with the settings of the environment')
    .action(() => serve())
  program
    .command('workspace')
    .description('manage tenants')
    .command('create')
    .description('make a workspace and print its first key, once')
    .argument('<name>', 'name of the workspace')
    .addOption(new Option('--mode <mode>', 'live or test data').choices(['live', 'test']).default('live'))
    .action(createWorkspaceCommand)
  return program
}

async function createWorkspaceCommand(name: string, options: { mode: 'live' | 'test' }): Promise<void> {
  const trimmed = name.trim()
  if (trimmed === '' || trimmed.length > 200) throw new Error('a workspace needs a name of at most 200 characters')
  const { store, box } = await openStore(readConfig(process.env))
  try {
    const made = await store.write((tx, now) => createWorkspace(tx, box, { name: trimmed, mode: options.mode }, now))
    process.stdout.write(`workspace ${made.workspace_id} (${options.mode})\nAPI key (shown this once): ${made.api_key}\n`)
  } finally {
    await store.close()
  }
}
