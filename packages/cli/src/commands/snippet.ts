export interface SnippetFacts {
  url: string
  passportId: string
  action: string
}

/** The lines that ask before an action, for the reader to paste. */
export function snippet({ url, passportId, action }: SnippetFacts): string {
  const asked = action.replace(/:?\*$/, '') || 'read'
  return `Ask before each action (npm install modei):

  import { ModeiClient } from 'modei'

  const modei = new ModeiClient({ baseUrl: '${url}' }) // reads MODEI_API_KEY
  const { decision, block_reason } = await modei.enforceAction({
    passport_id: '${passportId}',
    action: '${asked}',
    cost_cents: 100,
  })
  if (decision !== 'PERMIT' && decision !== 'allow') throw new Error(block_reason ?? decision)

or put a gate in front of an MCP server, without any code:

  MODEI_API_URL=${url} MODEI_PASSPORT_ID=${passportId} modei mcp-gate -- npx some-mcp-server`
}
