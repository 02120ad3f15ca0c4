/**
 * Fills the printed parts of the SDK's README: the table of methods, from the table of operations, and the examples,
 * from a file that is compiled. `node tools/sdk-readme.ts` rewrites it; a test fails when it is out of date.
 */
import { readFileSync } from 'node:fs'
import { operations } from '@modei/protocol'
import type { Operation } from '@modei/protocol/operations/operation'
import { ModeiClient } from 'modei'
import { formatText } from './format-text.ts'
import { writeIfChanged } from './write-if-changed.ts'

export const SDK_README = new URL('../packages/sdk/README.md', import.meta.url)
const EXAMPLES = new URL('../packages/sdk/test/types/readme.types.ts', import.meta.url)
const PYTHON_METHODS = new URL('../vectors/python-client/methods.json', import.meta.url)

const PRINTED = /<!-- printed: ([a-z -]+) -->\n[\s\S]*?<!-- end -->/g

interface PythonMethod {
  name: string
  positional: string[]
  keywords: string[]
  open: boolean
}

/** The README as it must be. */
export function fillReadme(text: string): string {
  const filled = text.replaceAll(PRINTED, (_, name: string) => {
    const content = name === 'methods' ? methodTable() : codeBlock(name.split(' '))
    return `<!-- printed: ${name} -->\n${content}\n<!-- end -->`
  })
  return formatText(filled, 'packages/sdk/README.md')
}

function methodTable(): string {
  const { methods }: { methods: PythonMethod[] } = JSON.parse(readFileSync(PYTHON_METHODS, 'utf8'))
  const rows = Object.values(operations).map((operation: Operation) => {
    const python = methods.find(({ name }) => name === operation.id)
    const route = `\`${operation.method} ${operation.path}\``
    return `| ${python === undefined ? '' : pythonCell(python)} | ${typescriptCell(operation)} | ${route} | ${scopeCell(operation)} |`
  })
  return ['| Python | TypeScript | Route | Scope |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function pythonCell({ name, positional, keywords, open }: PythonMethod): string {
  const more = keywords.length > 0 || open ? ['…'] : []
  return `\`${name}(${[...positional, ...more].join(', ')})\``
}

function typescriptCell({ id, paged, mediaTypes }: Operation): string {
  const name = camelCase(id)
  const note = mediaTypes === undefined ? '' : ' yields bytes'
  const pages = paged === true ? `, \`${camelCase(id.replace(/^(?:list|get)_/, 'iter_'))}\`` : ''
  return `\`${name}(${parameters(name).join(', ')})\`${note}${pages}`
}

function scopeCell({ access, aliases = [] }: Operation): string {
  if (access === 'public') return 'no key'
  if (access === 'optional_key') return 'key optional'
  return [access.scope, ...aliases].map((scope) => `\`${scope}\``).join(' or ')
}

/** The names of a method's parameters, read from the method itself, without the `options` that each takes last. */
function parameters(method: string): string[] {
  const source = String(Reflect.get(ModeiClient.prototype, method))
  const [, list = ''] = /^\w+\(([^)]*)\)/.exec(source) ?? []
  return (list.match(/\w+/g) ?? []).filter((name) => name !== 'options')
}

function camelCase(id: string): string {
  return id.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function codeBlock(names: readonly string[]): string {
  return `\`\`\`ts\n${names.map(example).join('\n\n')}\n\`\`\``
}

/** The lines of one `#region` of the examples, without their common indent. */
function example(name: string): string {
  const source = readFileSync(EXAMPLES, 'utf8')
  const [, region] = new RegExp(`// #region ${name}\\n([\\s\\S]*?)\\s*// #endregion`).exec(source) ?? []
  if (region === undefined) throw new Error(`there is no example \`${name}\``)
  const lines = region.split('\n')
  const indent = Math.min(...lines.filter((line) => line !== '').map((line) => line.search(/\S/)))
  return lines.map((line) => line.slice(indent)).join('\n')
}

if (import.meta.main) writeIfChanged(SDK_README, fillReadme(readFileSync(SDK_README, 'utf8')))
