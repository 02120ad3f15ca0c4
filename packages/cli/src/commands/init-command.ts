import { Command } from 'commander'
import { type ModeiClient, ModeiError } from 'modei'
import { AgentCredentials } from 'modei/credentials'
import { connect } from '../connection/connect.ts'
import { ask } from '../connection/prompt.ts'
import { UsageError } from '../exit-codes.ts'
import { readFlag } from '../operations/flag.ts'
import { urlOf } from '../operations/operation-command.ts'
import { line } from '../output/write.ts'
import { snippet } from './snippet.ts'

interface InitFlags {
  gate?: string
  agent?: string
  permission?: string[]
  budgetCents?: unknown
  credentials?: string
  expiresIn: string
  yes?: boolean
}

/** A first gate, a first passport, and the lines of code that use it. Asks at a terminal; takes flags without one. */
export function initCommand(): Command {
  const command = new Command('init')
    .description('make a first gate and passport, and show how to use them')
    .option('--gate <id>', 'id of the gate; an existing one of yours is used')
    .option('--agent <id>', 'id of the agent')
    .option(
      '--permission <permission>',
      'what it may do; may be given again',
      (text, before: string[] = []) => [...before, text],
    )
    .option('--budget-cents <cents>', 'what it may spend a day', (text) => readFlag('integer', text))
    .option('--credentials <file>', 'where the agent’s key pair is kept', './agent.credentials.json')
    .option('--expires-in <duration>', 'how long the passport lasts', '7d')
    .option('-y, --yes', 'ask nothing')
  return command.action((flags: InitFlags) => init(flags, urlOf(command)))
}

async function init(flags: InitFlags, url: string | undefined): Promise<void> {
  const asks = process.stdin.isTTY === true && flags.yes !== true
  const answer = async (given: string | undefined, question: string, fallback: string) =>
    given ?? (asks ? await ask(question, fallback) : fallback)
  await using client = connect(process.env, url)
  const gateId = prefixed(await answer(flags.gate, 'Gate id', 'gate_first'))
  const agentId = await answer(flags.agent, 'Agent id', 'agent-1')
  const permissions =
    flags.permission ??
    (await answer(undefined, 'Permissions, with commas between', 'read,orders:create')).split(',')
  const budget = Number(flags.budgetCents ?? (await answer(undefined, 'Budget a day, in cents', '1000')))
  if (!Number.isSafeInteger(budget) || budget < 0)
    throw new UsageError('the budget must be a whole number of cents')
  await ensureGate(client, gateId)
  const credentials = AgentCredentials.loadOrCreate(flags.credentials)
  const passport = await client.issuePassport(gateId, {
    agent_id: agentId,
    // The key pair was made here, so that no private key travels or is printed.
    agent_public_key: credentials.publicKeyB64,
    permissions: permissions.map((permission) => permission.trim()),
    constraints: { 'core:cost:max_per_day': budget },
    expires_in: flags.expiresIn,
  })
  await line(`gate      ${gateId}\npassport  ${passport.passport_id} (until ${passport.expires_at})`)
  await line(`key pair  ${flags.credentials}\n`)
  await line(
    snippet({
      url: client.baseUrl,
      passportId: passport.passport_id,
      action: passport.permissions[0] ?? 'read',
    }),
  )
}

async function ensureGate(client: ModeiClient, gateId: string): Promise<void> {
  try {
    await client.createGate({ name: gateId.slice('gate_'.length), gate_id: gateId })
  } catch (error) {
    if (!(error instanceof ModeiError) || error.statusCode !== 409) throw error
    // Taken: by this workspace, or by another, which answers `not_found`.
    await client.getGate(gateId)
  }
}

function prefixed(id: string): string {
  return id.startsWith('gate_') ? id : `gate_${id}`
}
