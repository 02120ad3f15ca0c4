import { escapeHtml, sentence } from './html.ts'
import { type Json, listOf, objectOf, textOf } from './json.ts'
import { memberRow, schemaTable } from './schema-table.ts'

export interface DocumentedOperation {
  method: string
  path: string
  described: Json
  /** The whole document, for what it refers to. */
  document: Json
  serverUrl: string
}

export function operationId({ described }: DocumentedOperation): string {
  return textOf(described.operationId)
}

/** One operation: what it does, what it takes, what it answers, and a request to try. */
export function operationSection(operation: DocumentedOperation): string {
  const { method, path, described } = operation
  const id = operationId(operation)
  return [
    `<section class="operation" aria-labelledby="${id}">`,
    `<h3 id="${id}"><span class="method ${method}">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code></h3>`,
    `<p>${sentence(textOf(described.summary))}. ${sentence(textOf(described.description))}</p>`,
    parametersOf(described),
    bodyOf(operation),
    exampleOf(operation),
    answersOf(described),
    '</section>',
  ].join('\n')
}

function parametersOf(described: Json): string {
  const named = listOf(described.parameters)
    .map(objectOf)
    .filter((parameter) => 'name' in parameter)
  if (named.length === 0) return ''
  const rows = named.map((parameter) => {
    const schema = { ...objectOf(parameter.schema), description: parameter.description }
    return memberRow(textOf(parameter.name), schema, parameter.required === true)
  })
  return `<table><caption>Parameters of path and query</caption><thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function schemaIn(holder: unknown): Json | undefined {
  const [media] = Object.values(objectOf(objectOf(holder).content))
  return media === undefined ? undefined : objectOf(objectOf(media).schema)
}

/** A schema, or the one that it names. */
function resolved(schema: Json, document: Json): Json {
  const name = /^#\/components\/schemas\/(\w+)$/.exec(textOf(schema.$ref))?.[1]
  if (name === undefined) return schema
  return objectOf(objectOf(objectOf(document.components).schemas)[name])
}

function bodyOf({ described, document }: DocumentedOperation): string {
  const schema = schemaIn(described.requestBody)
  return schema === undefined ? '' : schemaTable(resolved(schema, document), 'Body')
}

function exampleOf({ method, path, described, document, serverUrl }: DocumentedOperation): string {
  const schema = schemaIn(described.requestBody)
  const [example] = schema === undefined ? [] : listOf(resolved(schema, document).examples)
  const isPublic = listOf(described.security).length === 0
  const lines = [
    `curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} ${serverUrl}${path}`,
    ...(isPublic ? [] : ['-H "Authorization: Bearer $MODEI_API_KEY"']),
    ...(example === undefined
      ? []
      : ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(example).replaceAll("'", "'\\''")}'`]),
  ]
  return `<pre tabindex="0"><code>${escapeHtml(lines.join(' \\\n  '))}</code></pre>`
}

function answersOf(described: Json): string {
  const answers: string[] = []
  const errors: string[] = []
  for (const [status, response] of Object.entries(objectOf(described.responses))) {
    const name = /^#\/components\/responses\/(\w+)$/.exec(textOf(objectOf(response).$ref))?.[1]
    if (name !== undefined) {
      errors.push(`<a href="#schema-Problem"><code>${status}</code> ${name}</a>`)
      continue
    }
    const schema = schemaIn(response)
    const body = schema === undefined ? '' : schemaTable(schema, 'Members')
    answers.push(`<h4>Answer <code>${status}</code></h4>${body}`)
  }
  if (errors.length > 0) answers.push(`<p class="errors">Errors: ${errors.join(', ')}</p>`)
  return answers.join('\n')
}
