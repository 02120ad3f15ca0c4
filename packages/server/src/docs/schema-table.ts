import { escapeHtml, sentence } from './html.ts'
import { type Json, listOf, objectOf, textOf } from './json.ts'

const MAX_DEPTH = 6

/** The members of a schema as a table; those of objects inside stand under their path. */
export function schemaTable(schema: Json, caption: string): string {
  const rows = membersOf(schema, '', 0)
  if (rows.length === 0) return `<p class="type">${typeText(schema)}</p>`
  return [
    `<table><caption>${escapeHtml(caption)}</caption>`,
    '<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>',
    `<tbody>${rows.join('')}</tbody></table>`,
  ].join('')
}

function membersOf(schema: Json, prefix: string, depth: number): string[] {
  const required = listOf(schema.required)
  return Object.entries(objectOf(schema.properties)).flatMap(([name, value]) => {
    const member = objectOf(value)
    const path = prefix + name
    return [memberRow(path, member, required.includes(name)), ...innerMembers(member, path, depth)]
  })
}

function innerMembers(member: Json, path: string, depth: number): string[] {
  if (depth >= MAX_DEPTH) return []
  const inner = [member, ...listOf(member.anyOf).map(objectOf)]
  return inner.flatMap((schema) => [
    ...membersOf(schema, `${path}.`, depth + 1),
    ...membersOf(objectOf(schema.items), `${path}[].`, depth + 1),
  ])
}

export function memberRow(name: string, schema: Json, isRequired: boolean): string {
  const need = isRequired ? ' <span class="need">required</span>' : ''
  const value = withoutNull(schema)
  const description = textOf(schema.description) || textOf(value.description)
  const meaning = [sentence(description), limitsText(value)].filter((text) => text !== '')
  return `<tr><th scope="row"><code>${escapeHtml(name)}</code>${need}</th><td>${typeText(schema)}</td><td>${meaning.join(' · ')}</td></tr>`
}

/** What a member holds when it holds anything: its meaning and its limits stand there. */
function withoutNull(schema: Json): Json {
  const values = listOf(schema.anyOf)
    .map(objectOf)
    .filter(({ type }) => type !== 'null')
  const [only] = values
  return values.length === 1 && only !== undefined ? { ...schema, ...only } : schema
}

/** A type in a few words; a named one links to its own section. */
function typeText(schema: Json): string {
  const reference = /^#\/components\/schemas\/(\w+)$/.exec(textOf(schema.$ref))?.[1]
  if (reference !== undefined) return `<a href="#schema-${reference}">${reference}</a>`
  const choices = [...listOf(schema.anyOf), ...listOf(schema.oneOf), ...listOf(schema.allOf)]
  if (choices.length > 0) return choices.map((choice) => typeText(objectOf(choice))).join(' or ')
  if (Array.isArray(schema.enum)) {
    return schema.enum.map((word) => `<code>${escapeHtml(String(word))}</code>`).join(' ')
  }
  if ('const' in schema) return `<code>${escapeHtml(JSON.stringify(schema.const))}</code>`
  if (schema.type === 'array') return `list of ${typeText(objectOf(schema.items))}`
  if (Array.isArray(schema.type)) return escapeHtml(schema.type.join(' or '))
  const format = textOf(schema.format)
  return escapeHtml(format === '' ? textOf(schema.type) || 'anything' : format)
}

function limitsText(schema: Json): string {
  const limits = [
    ['at least', schema.minimum],
    ['at most', schema.maximum],
    ['characters at most', schema.maxLength],
    ['entries at most', schema.maxItems],
    ['by default', 'default' in schema ? JSON.stringify(schema.default) : undefined],
  ] as const
  return limits
    .filter(([, limit]) => limit !== undefined)
    .map(([words, limit]) => {
      const value = escapeHtml(String(limit))
      return words.endsWith('at most') && words !== 'at most' ? `${value} ${words}` : `${words} ${value}`
    })
    .join(', ')
}
