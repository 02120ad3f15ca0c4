import { ASSERTION_HEADER, PASSPORT_HEADER, PASSPORT_ID_HEADER } from '../presentation-headers.ts'
import { type Decider, type GuardOptions, guard } from './guard.ts'
import type { GateProblem } from './problem.ts'
import type { HeaderLookup } from './read-presentation.ts'

/** Where a tool call carries what HTTP requests carry in headers: members of its `_meta`. */
export const TOOL_META_KEYS = {
  [PASSPORT_HEADER]: 'modei.ai/passport',
  [PASSPORT_ID_HEADER]: 'modei.ai/passport-id',
  [ASSERTION_HEADER]: 'modei.ai/assertion',
} as const

export const TOOL_REFUSAL_META_KEY = 'modei.ai/refusal'

/** The part of an MCP server's tool context that is looked at. */
export interface ToolContextLike {
  readonly mcpReq?: { readonly _meta?: Readonly<Record<string, unknown>> | undefined } | undefined
  readonly http?: { readonly req?: { readonly headers: Headers } | undefined } | undefined
}

/** What a refused tool call answers. */
export interface ToolRefusal {
  readonly isError: true
  readonly content: { type: 'text'; text: string }[]
  readonly _meta: { [TOOL_REFUSAL_META_KEY]: GateProblem }
  readonly [member: string]: unknown
}

/**
 * Wraps the callback of an MCP tool that takes arguments: it runs for permitted calls, the others answer an error of
 * the tool. The passport comes in `_meta` or, over HTTP, in the headers; `_meta` counts where it has any of the three.
 */
export function guardTool<Arguments, Context extends ToolContextLike, Result>(
  gate: Decider,
  mapping: GuardOptions<Arguments>,
  handler: (args: Arguments, context: Context) => Result | Promise<Result>,
): (args: Arguments, context: Context) => Promise<Result | ToolRefusal> {
  return async (args, context) => {
    const outcome = await guard(gate, mapping, args, lookupIn(context))
    return outcome.allowed ? handler(args, context) : refused(outcome.refusal.problem)
  }
}

function lookupIn({ mcpReq, http }: ToolContextLike): HeaderLookup {
  const meta = mcpReq?._meta ?? {}
  const keys = new Map<string, string>(Object.entries(TOOL_META_KEYS))
  if (![...keys.values()].some((key) => Object.hasOwn(meta, key)))
    return (name) => http?.req?.headers.get(name)
  return (name) => {
    const key = keys.get(name) ?? name
    const value = Object.hasOwn(meta, key) ? meta[key] : undefined
    // What is no text is there and cannot be read; an empty text is refused as such.
    return value === undefined || typeof value === 'string' ? value : ''
  }
}

function refused(problem: GateProblem): ToolRefusal {
  return {
    isError: true,
    content: [{ type: 'text', text: `refused: ${problem.reason_code}: ${problem.detail}` }],
    _meta: { [TOOL_REFUSAL_META_KEY]: problem },
  }
}
