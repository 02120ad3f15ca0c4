/**
 * Prints `docs/openapi.json` from the table of operations. `node tools/openapi.ts` rewrites it; a test fails when it is
 * out of date.
 */
import { openApiDocument } from '@modei/protocol/openapi'
import { operationList } from '@modei/protocol/operations'
import manifest from '../packages/server/package.json' with { type: 'json' }
import { writeIfChanged } from './write-if-changed.ts'

export const OPENAPI = new URL('../docs/openapi.json', import.meta.url)

/** The text that `docs/openapi.json` must have. */
export function printOpenApi(): string {
  const document = openApiDocument(operationList, { version: manifest.version })
  return `${JSON.stringify(document, null, 2)}\n`
}

if (import.meta.main) writeIfChanged(OPENAPI, printOpenApi())
