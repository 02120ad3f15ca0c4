import { type Operation, type OperationId, operations } from '@modei/protocol'
import { z } from 'zod'
import { type ToolArguments, toolArguments, WHOLE_BODIES } from './tool-arguments.ts'

export interface Tool {
  name: string
  title: string
  description: string
  operation: Operation
  arguments: ToolArguments
  output: z.ZodObject
  /** The member of the structured result that holds a bare list. */
  list: string | undefined
  hints: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean }
}

/** Calls that are the same as another under a second path, or answer a stream; no tool is made of them. */
const LEFT_OUT: ReadonlySet<OperationId> = new Set([
  'replace_gate',
  'export_attestations',
  'analyze_catalog_impact',
])

/** Further names under which published documentation knows a call. */
const ALIASES: ReadonlyMap<string, OperationId> = new Map<string, OperationId>([
  ['get_attestations', 'list_attestations'],
  ['get_enforcement_attestations', 'list_enforcement_attestations'],
  ['get_billing_summary', 'list_settlements'],
])

/** Every tool: one for each call of the API, and one for each further name. */
export const tools: readonly Tool[] = [
  ...Object.values(operations)
    .filter(({ id }) => !LEFT_OUT.has(id))
    .map((operation) => toolOf(operation.id, operation)),
  ...[...ALIASES].map(([name, id]) => toolOf(name, operations[id])),
]

function toolOf(name: string, operation: Operation): Tool {
  const isList = operation.response instanceof z.ZodArray
  const output =
    operation.response instanceof z.ZodObject ? operation.response : z.object({ items: operation.response })
  return {
    name,
    title: titleOf(name),
    description: operation.summary,
    operation,
    arguments: toolArguments(operation, WHOLE_BODIES.get(operation.id)),
    output,
    list: isList ? 'items' : undefined,
    hints: {
      readOnlyHint: operation.effect === 'read',
      destructiveHint: operation.effect === 'destroy',
      idempotentHint: operation.retry === 'safe',
      openWorldHint: false,
    },
  }
}

/** `issue_passport` → `Issue passport`. */
function titleOf(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
