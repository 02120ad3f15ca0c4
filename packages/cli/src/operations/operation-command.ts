import type { Operation } from '@modei/protocol'
import { Command, Option } from 'commander'
import { placeArguments, type ToolArguments, toolArguments, WHOLE_BODIES } from 'modei-mcp/tool-arguments'
import { z } from 'zod'
import { UsageError } from '../exit-codes.ts'
import { type Flag, flagOf, kebab, readFlag, readJson } from './flag.ts'
import { runOperation } from './run-operation.ts'

/** A command for one call of the API: ids as arguments, everything else as flags, all from the call's schemas. */
export function operationCommand(operation: Operation, verb: string): Command {
  const takes = toolArguments(operation, WHOLE_BODIES.get(operation.id))
  const command = new Command(verb).description(operation.summary)
  const flags: Flag[] = []
  const ids: Flag[] = []
  for (const [name, place] of takes.places) {
    const schema = takes.schema.shape[name]
    if (!(schema instanceof z.ZodType)) continue
    const flag = flagOf(name, schema)
    if (place === 'params') ids.push(flag)
    else if (!(operation.paged && name === 'cursor')) flags.push(flag)
  }
  for (const { name, description } of ids) command.argument(`<${name}>`, description)
  for (const flag of flags) command.addOption(optionOf(flag))
  if (operation.body !== undefined) {
    command.addOption(
      new Option('--body <json>', 'the whole body: JSON, `@FILE`, or `-`').argParser(readJson),
    )
  }
  if (operation.paged) command.option('--all', 'every page, not only the first')
  if (operation.mediaTypes === undefined) command.option('--json', 'print JSON')
  else command.option('-o, --output <file>', 'write to a file')
  return command.action(async (...given: unknown[]) => {
    const options = new Map(Object.entries(command.opts()))
    const values = collect(ids, given, flags, options)
    await runOperation(operation, request(takes, values, options.get('body')), {
      url: urlOf(command),
      all: options.get('all') === true,
      json: options.get('json') === true,
      output: options.get('output'),
    })
  })
}

/** `--api-url`, before the resource or after the verb. */
export function urlOf(command: Command): string | undefined {
  const { apiUrl } = command.optsWithGlobals()
  return typeof apiUrl === 'string' ? apiUrl : undefined
}

function optionOf({ name, kind, choices, description }: Flag): Option {
  const long = `--${kebab(name)}`
  if (kind === 'boolean')
    return new Option(`${long} [bool]`, description).choices(['true', 'false']).preset('true')
  const option = new Option(`${long} <${kind === 'text' ? 'text' : kind}>`, description)
  if (choices !== undefined) return option.choices(choices)
  if (kind === 'list') {
    return option.argParser((text, before: unknown) => [
      ...(Array.isArray(before) ? before : []),
      ...[readFlag('list', text)].flat(),
    ])
  }
  return option.argParser((text) => readFlag(kind, text))
}

function collect(
  ids: readonly Flag[],
  given: readonly unknown[],
  flags: readonly Flag[],
  options: ReadonlyMap<string, unknown>,
): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [index, { name, kind }] of ids.entries()) values[name] = readFlag(kind, String(given[index]))
  for (const { name, kind } of flags) {
    const value = options.get(camel(name))
    if (value === undefined) continue
    values[name] = kind === 'boolean' ? value === 'true' : value
  }
  return values
}

/** The parts of the request, after the same schemas as on the server have judged them. */
function request(takes: ToolArguments, values: Record<string, unknown>, body: unknown) {
  const whole = body === undefined ? values : { ...bodyMembers(takes, body), ...values }
  const parsed = takes.schema.safeParse(whole)
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message, code }) => {
      const [name, ...rest] = path.map(String)
      if (name === undefined) return `  ${message}`
      const missing = code === 'invalid_type' && whole[name] === undefined ? 'is needed' : message
      return `  ${takes.places.get(name) === 'params' ? `<${name}>` : `--${kebab(name)}`}${rest.map((part) => `/${part}`).join('')}: ${missing}`
    })
    throw new UsageError(`not a valid call\n${lines.join('\n')}`)
  }
  return placeArguments(takes, whole)
}

function bodyMembers({ places }: ToolArguments, body: unknown): Record<string, unknown> {
  const whole = [...places].find(([, place]) => place === 'whole_body')
  if (whole !== undefined) return { [whole[0]]: body }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new UsageError('--body must be an object')
  return { ...body }
}

/** As commander names the value of a flag. */
function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}
