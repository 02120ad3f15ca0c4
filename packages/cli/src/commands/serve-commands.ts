import { Command, Option } from 'commander'
import { UsageError } from '../exit-codes.ts'
import { printAnswer } from '../output/print.ts'
import { line } from '../output/write.ts'

/** Loaded when it is needed: most commands call a server and are none. */
const server = () => import('@modei/server')

export function serveCommand(): Command {
  return new Command('serve')
    .description('run a server with the settings of the environment')
    .option('--workers <n>', 'processes that share the port, over PostgreSQL (MODEI_WORKERS)')
    .action(async ({ workers }: { workers?: string }) =>
      (await server()).main(workers === undefined ? process.env : { ...process.env, MODEI_WORKERS: workers }),
    )
}

export function workspaceCommand(): Command {
  const workspace = new Command('workspace').description('tenants of the configured database')
  workspace
    .command('create')
    .description('make a workspace and print its first key, once')
    .argument('<name>', 'name of the workspace')
    .addOption(new Option('--mode <mode>', 'live or test data').choices(['live', 'test']).default('live'))
    .action(createWorkspaceCommand)
  return workspace
}

async function createWorkspaceCommand(name: string, options: { mode: 'live' | 'test' }): Promise<void> {
  const trimmed = name.trim()
  if (trimmed === '' || trimmed.length > 200)
    throw new UsageError('a workspace needs a name of at most 200 characters')
  const { createWorkspace, openStore, readConfig } = await server()
  const { store, box } = await openStore(readConfig(process.env))
  try {
    const made = await store.write((tx, now) =>
      createWorkspace(tx, box, { name: trimmed, mode: options.mode }, now),
    )
    await line(`workspace ${made.workspace_id} (${options.mode})\nAPI key (shown this once): ${made.api_key}`)
  } finally {
    await store.close()
  }
}

export function dbCommand(): Command {
  const db = new Command('db').description('schema of the configured database')
  db.command('migrate')
    .description('bring the database to the newest schema')
    .action(async () => {
      const { migrateDatabase, readConfig } = await server()
      const applied = await migrateDatabase(readConfig(process.env))
      await line(applied.length === 0 ? 'nothing to do' : applied.map((name) => `applied ${name}`).join('\n'))
    })
  db.command('status')
    .description('every migration, and when it was applied')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { databaseStatus, readConfig } = await server()
      await printAnswer(await databaseStatus(readConfig(process.env)), json === true)
    })
  db.command('retention')
    .description(
      'the months of the log that MODEI_RETENTION_MONTHS no longer keeps, and what hinders their removal',
    )
    .option('--apply', 'verify them and remove what nothing hinders')
    .option('--json', 'print JSON')
    .action(retentionCommand)
  return db
}

async function retentionCommand({ apply, json }: { apply?: boolean; json?: boolean }): Promise<void> {
  const { foreseeRetention, openStore, readConfig, runRetention } = await server()
  const config = readConfig(process.env)
  const months = config.MODEI_RETENTION_MONTHS
  if (months === undefined) throw new UsageError('MODEI_RETENTION_MONTHS is not set: every month is kept')
  const { store, box } = await openStore(config)
  try {
    const everything = { records: Number.POSITIVE_INFINITY, isPolite: false }
    const reports =
      apply === true
        ? await runRetention({ store, box }, months, everything)
        : await foreseeRetention({ store, box }, months)
    if (reports.length === 0 && json !== true) await line('no month is old enough')
    else await printAnswer(reports, json === true)
  } finally {
    await store.close()
  }
}
