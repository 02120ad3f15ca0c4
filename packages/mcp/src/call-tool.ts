import { type CallArguments, type CallId, type ModeiClient, ModeiError } from 'modei'
import { placeArguments } from './tool-arguments.ts'
import type { Tool } from './tools.ts'

export interface ToolResult {
  content: { type: 'text'; text: string }[]
  structuredContent?: Record<string, unknown>
  isError?: true
  [member: string]: unknown
}

/** Makes the call behind a tool. A call that fails is a result that says so, with the error's code. */
export async function callTool(
  client: ModeiClient,
  tool: Tool,
  given: Readonly<Record<string, unknown>>,
): Promise<ToolResult> {
  try {
    const { params, query, body } = placeArguments(tool.arguments, given)
    const takes = { params, query, ...(tool.operation.body === undefined ? {} : { body }) }
    // The tool's schema was made from the table that these types are printed from.
    const answer: unknown = await client.call(tool.operation.id as CallId, takes as CallArguments<CallId>)
    const structured = tool.list === undefined ? { ...Object(answer) } : { [tool.list]: answer }
    return {
      content: [{ type: 'text', text: JSON.stringify(answer, null, 2) }],
      structuredContent: structured,
    }
  } catch (error) {
    if (!(error instanceof ModeiError)) throw error
    return { isError: true, content: [{ type: 'text', text: errorText(error) }] }
  }
}

function errorText(error: ModeiError): string {
  const fields: unknown = Object(error.body).errors
  const details = Array.isArray(fields)
    ? fields.map(({ pointer, message }) => `\n  ${pointer}: ${message}`).join('')
    : ''
  return `${error.code ?? 'error'}: ${error.message}${details}`
}
