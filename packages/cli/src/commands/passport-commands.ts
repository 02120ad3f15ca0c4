import { readFileSync, writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { AgentCredentials } from 'modei/credentials'
import {
  combineKeySets,
  DelegationBuilder,
  DelegationError,
  gateKeySet,
  type AgentCredentials as Keys,
  PassportIssuer,
  PassportVerifier,
  type PermissionGrant,
  type SignedPassport,
} from 'modei/passport'
import { Refused, UsageError } from '../exit-codes.ts'
import { readJson } from '../operations/flag.ts'
import { printAnswer } from '../output/print.ts'
import { line } from '../output/write.ts'

interface IssueFlags {
  credentials?: string
  permission?: string[]
  constraints?: unknown
  name?: string
  expiresIn: string
  delegable?: boolean
  output?: string
}

interface DelegateFlags extends IssueFlags {
  parent: string
  to?: string
  toCredentials?: string
}

/** Passports that need no server: signed and verified on this machine. */
export function passportCommand(): Command {
  const passport = new Command('passport').description(
    'self-issued passports, made and verified without a server',
  )
  issueFlags(passport.command('issue').description('sign a passport with an agent’s own key')).action(issue)
  issueFlags(passport.command('delegate').description('give part of a passport to another agent'))
    .requiredOption('--parent <file>', 'the passport to give from, as `issue` wrote it')
    .option('--to <public-key>', 'base64 public key of the agent that gets it')
    .option('--to-credentials <file>', 'or its credentials file, made when it is not there')
    .action(delegate)
  passport
    .command('key')
    .description('print the public key of a credentials file, to have a passport issued to it')
    .option('--credentials <file>', 'key pair, made when it is not there (default: MODEI_CREDENTIALS_PATH)')
    .action(({ credentials }: { credentials?: string }) =>
      line(AgentCredentials.loadOrCreate(credentials).publicKeyB64),
    )
  passport
    .command('verify')
    .description('verify signature, chain, grants and time; revocation only the server knows')
    .argument('<file>', 'a passport as `issue` wrote it or a server answered it; `-` for standard input')
    .option(
      '--keys <file...>',
      'public documents of gates (`modei gates get-public --json`), for passports they signed',
    )
    .option('--json', 'print JSON')
    .action(verify)
  return passport
}

function issueFlags(command: Command): Command {
  return command
    .option(
      '--credentials <file>',
      'key pair that signs, made when it is not there (default: MODEI_CREDENTIALS_PATH)',
    )
    .option(
      '--permission <permission>',
      'what it may do; may be given again',
      (text, before: string[] = []) => [...before, text],
    )
    .option('--constraints <json>', 'limits of every permission: JSON, `@FILE`, or `-`', readJson)
    .option('--name <name>', 'what the agent calls itself')
    .option('--expires-in <duration>', '30s, 15m, 24h, 7d', '24h')
    .option('--delegable', 'the holder may give part of it to others')
    .option('-o, --output <file>', 'write to a file')
}

async function issue(flags: IssueFlags): Promise<void> {
  const credentials = AgentCredentials.loadOrCreate(flags.credentials)
  const issuer = new PassportIssuer(credentials, { identityClaim: flags.name ?? null })
  const { permissions, expiresIn, delegationAuthority } = claims(flags)
  await emit(
    attempt(() => issuer.selfIssue({ permissions, expiresIn, delegationAuthority })),
    flags.output,
  )
}

async function delegate(flags: DelegateFlags): Promise<void> {
  if ((flags.to === undefined) === (flags.toCredentials === undefined)) {
    throw new UsageError('give either --to or --to-credentials')
  }
  const parentCredentials = AgentCredentials.load(flags.credentials)
  const parent = readPassport(flags.parent)
  const child: Keys | string = flags.to ?? AgentCredentials.loadOrCreate(flags.toCredentials)
  const { permissions, expiresIn, delegationAuthority } = claims(flags)
  const signed = attempt(() =>
    new DelegationBuilder({ parent, parentCredentials })
      .authorize(child)
      .withPermissions(permissions)
      .withExpiry({ expiresIn })
      .withIdentityClaim(flags.name ?? null)
      .withDelegationAuthority(delegationAuthority)
      .sign(),
  )
  await emit(signed, flags.output)
}

async function verify(file: string, { keys, json }: { keys?: string[]; json?: boolean }): Promise<void> {
  const { passport_json, signature } = readPassport(file)
  const sets = (keys ?? []).map((path) => gateKeySet(JSON.parse(readFileSync(path, 'utf8'))))
  const verdict = new PassportVerifier().verify(passport_json, signature, {
    ...(sets.length > 0 && { keys: combineKeySets(...sets) }),
  })
  await printAnswer(verdict, json === true)
  if (!verdict.valid) throw new Refused()
}

function claims({ permission = [], constraints = {}, expiresIn, delegable }: IssueFlags) {
  if (permission.length === 0) throw new UsageError('give at least one --permission')
  const permissions: PermissionGrant[] = permission.map((key) => ({
    permission_key: key,
    constraints: Object(constraints),
  }))
  return { permissions, expiresIn, delegationAuthority: delegable === true }
}

function readPassport(file: string): { passport_json: string; signature: string } {
  const { passport_json, signature } = Object(readJson(file === '-' ? '-' : `@${file}`))
  if (typeof passport_json !== 'string' || typeof signature !== 'string') {
    throw new InvalidArgumentError(`${file} has no \`passport_json\` and \`signature\`.`)
  }
  return { passport_json, signature }
}

/** What the signer refuses is something in the flags. */
function attempt<T>(sign: () => T): T {
  try {
    return sign()
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError || error instanceof DelegationError)
      throw new UsageError(error.message)
    throw error
  }
}

async function emit(
  { envelope, passport_json, signature }: SignedPassport,
  output: string | undefined,
): Promise<void> {
  const text = JSON.stringify({ passport_id: envelope.passport_id, passport_json, signature }, null, 2)
  if (output === undefined) return line(text)
  writeFileSync(output, `${text}\n`)
  await line(`wrote ${output}: ${envelope.passport_id} of ${envelope.identity.agent_id}`)
}
