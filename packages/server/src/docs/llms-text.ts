import { type Operation, RESOURCE_GROUPS } from '@modei/protocol'

/** The API in short, in the form of llmstxt.org: what a language model needs to make its first right call. */
export function llmsText(operations: readonly Operation[], serverUrl: string): string {
  const groups = RESOURCE_GROUPS.flatMap(({ name, description }) => {
    const own = operations.filter(({ resource }) => resource === name)
    if (own.length === 0) return []
    return [`## ${title(name)}`, '', `${description}.`, '', ...own.map(line), '']
  })
  return [
    '# Modei',
    '',
    '> The open, self-hosted trust layer for AI agents: gates check the passports of agents, decide within their',
    '> constraints, and record every decision, signed.',
    '',
    `- Base address: ${serverUrl}. \`/api/v1/…\` is an exact alias of \`/api/…\`. JSON in, JSON out.`,
    '- Send `Authorization: Bearer mod_live_…` except where an operation is public.',
    '- A refused decision is a 200 that says why. An error is a request that could not be processed:',
    '  `application/problem+json` with a stable `code`, and `errors` that name every bad field.',
    '- Unknown fields in a body are refused. Amounts are whole cents. Times are RFC 3339 with a zone.',
    '- Lists are arrays, newest first; `Link: <…>; rel="next"` leads to the next page.',
    '- Send an `Idempotency-Key` with a POST that may be repeated: the repeat answers what the first did.',
    '- A held action answers an `approval_request_id`: send the same request again with it once a person approved.',
    '',
    '## Documents',
    '',
    `- [OpenAPI 3.1](${serverUrl}/openapi.json): every operation, parameter and schema`,
    `- [Documentation](${serverUrl}/docs): the same to read`,
    '',
    ...groups,
  ].join('\n')
}

function title(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function line({ method, path, summary, access }: Operation): string {
  const who = typeof access !== 'string' ? access.scope : access === 'public' ? 'public' : 'key optional'
  return `- \`${method} ${path}\` (${who}): ${summary}`
}
