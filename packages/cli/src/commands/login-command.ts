import { Command } from 'commander'
import { ModeiClient, ModeiError } from 'modei'
import { writeStored } from '../connection/config-file.ts'
import { ask, readSecret } from '../connection/prompt.ts'
import { UsageError } from '../exit-codes.ts'
import { urlOf } from '../operations/operation-command.ts'
import { line } from '../output/write.ts'

export const LOCAL = 'http://localhost:3000'

/** The key is never an argument: arguments are in the shell's history and in everybody's list of processes. */
export function loginCommand(): Command {
  const command = new Command('login').description(
    'store a server and an API key for this user; the key is asked for, or read from standard input',
  )
  return command.action(async () => {
    const url =
      urlOf(command) ??
      process.env.MODEI_API_URL ??
      (process.stdin.isTTY ? await ask('Server', LOCAL) : LOCAL)
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new UsageError(`\`${url}\` is no http or https address`)
    const apiKey = await readSecret('API key')
    await tryKey(url, apiKey)
    const path = writeStored(process.env, { url, api_key: apiKey })
    await line(`stored in ${path}; commands call ${url} from now on`)
  })
}

/** A key that lacks the scope of this call is a good key all the same. */
async function tryKey(baseUrl: string, apiKey: string): Promise<void> {
  await using client = new ModeiClient({ baseUrl, apiKey })
  try {
    await client.listGates({ limit: 1 })
  } catch (error) {
    if (!(error instanceof ModeiError) || error.statusCode !== 403) throw error
  }
}
