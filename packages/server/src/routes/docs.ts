import { createHash } from 'node:crypto'
import { openApiDocument, operationList } from '@modei/protocol'
import { docsPage } from '../docs/docs-page.ts'
import { llmsText } from '../docs/llms-text.ts'
import { STYLE } from '../docs/style.ts'
import type { Api } from '../http/mount.ts'
import type { Services } from '../services/services.ts'
import { VERSION } from '../version.ts'

interface Documents {
  openapi: string
  page: string
  llms: string
}

/** Nothing may run in the page and nothing is loaded; its one style sheet is known by its hash. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const CACHED = 'public, max-age=300'

/** `/openapi.json`, `/docs` and `/llms.txt`: what this server answers, printed from the table of operations. */
export function docsRoutes(api: Api, { config }: Services): void {
  let made: Documents | undefined
  const documents = (): Documents => {
    made ??= print(api, config.MODEI_PUBLIC_URL ?? `http://localhost:${config.PORT}`, config.MODEI_PUBLIC_URL)
    return made
  }
  const answers = [
    ['/openapi.json', 'application/json; charset=utf-8', () => documents().openapi],
    ['/llms.txt', 'text/plain; charset=utf-8', () => documents().llms],
    ['/docs', 'text/html; charset=utf-8', () => documents().page],
  ] as const
  for (const [url, type, text] of answers) {
    api.app.get(url, { config: { operation: url.slice(1) } }, async (_request, reply) =>
      reply
        .type(type)
        .headers({
          'cache-control': CACHED,
          'content-security-policy': POLICY,
          'x-content-type-options': 'nosniff',
        })
        .send(text()),
    )
  }
}

function print(api: Api, address: string, serverUrl: string | undefined): Documents {
  // In the order of the table, whatever the order of mounting.
  const operations = operationList.filter((operation) => api.mounted.includes(operation))
  const document = openApiDocument(operations, {
    version: VERSION,
    ...(serverUrl === undefined ? {} : { serverUrl }),
  })
  const base = address.replace(/\/$/, '')
  return {
    openapi: JSON.stringify(document),
    page: docsPage(document, base),
    llms: llmsText(operations, base),
  }
}
