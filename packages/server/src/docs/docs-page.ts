import { escapeHtml, sentence } from './html.ts'
import { type Json, listOf, objectOf, textOf } from './json.ts'
import { type DocumentedOperation, operationId, operationSection } from './operation-section.ts'
import { schemaTable } from './schema-table.ts'
import { STYLE } from './style.ts'

interface Group {
  name: string
  description: string
  operations: DocumentedOperation[]
}

/** The documentation of an OpenAPI document as one page of plain HTML: it runs no script and asks no other host. */
export function docsPage(document: Json, serverUrl: string): string {
  const groups = groupsOf(document, serverUrl)
  const info = objectOf(document.info)
  const title = `${textOf(info.title)} API`
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>`,
    '<a class="skip" href="#content">Skip to the content</a>',
    `<nav aria-label="Operations">${navigation(groups)}</nav>`,
    `<main id="content"><h1>${escapeHtml(title)} <small>${escapeHtml(textOf(info.version))}</small></h1>`,
    `<p>${sentence(textOf(info.summary))}.</p><p>${sentence(textOf(info.description))}</p>`,
    '<p><a href="/openapi.json">OpenAPI document</a> · <a href="/llms.txt">In short, for language models</a></p>',
    ...groups.map(groupSection),
    schemasSection(document),
    '</main></body></html>',
  ].join('\n')
}

function groupsOf(document: Json, serverUrl: string): Group[] {
  const operations = Object.entries(objectOf(document.paths)).flatMap(([path, item]) =>
    Object.entries(objectOf(item)).map(([method, described]): DocumentedOperation => {
      return { method, path, described: objectOf(described), document, serverUrl }
    }),
  )
  return listOf(document.tags).map((tag) => {
    const { name, description } = objectOf(tag)
    return {
      name: textOf(name),
      description: textOf(description),
      operations: operations.filter(({ described }) => listOf(described.tags).includes(name)),
    }
  })
}

function heading(name: string): string {
  const words = name.replaceAll('_', ' ')
  return escapeHtml(words.charAt(0).toUpperCase() + words.slice(1))
}

function navigation(groups: readonly Group[]): string {
  const lists = groups.map(({ name, operations }) => {
    const links = operations.map((operation) => {
      const id = operationId(operation)
      return `<li><a href="#${id}">${id.replaceAll('_', ' ')}</a></li>`
    })
    return `<details open><summary>${heading(name)}</summary><ul>${links.join('')}</ul></details>`
  })
  return `${lists.join('\n')}<p><a href="#schemas">Schemas</a></p>`
}

function groupSection({ name, description, operations }: Group): string {
  return [
    `<h2 id="group-${name}">${heading(name)}</h2><p>${sentence(/[.?]$/.test(description) ? description : `${description}.`)}</p>`,
    ...operations.map(operationSection),
  ].join('\n')
}

function schemasSection(document: Json): string {
  const schemas = Object.entries(objectOf(objectOf(document.components).schemas))
  return [
    '<h2 id="schemas">Schemas</h2>',
    ...schemas.map(
      ([name, schema]) =>
        `<section aria-labelledby="schema-${name}"><h3 id="schema-${name}">${name}</h3>${schemaTable(objectOf(schema), 'Members')}</section>`,
    ),
  ].join('\n')
}
