import { readFileSync } from 'node:fs'
import { isAction } from '@modei/protocol/permissions'
import { z } from 'zod'

const Pointer = z
  .string()
  .max(500)
  .regex(
    /^(?:\/(?:[^~/]|~[01])*)+$/,
    'must be a JSON Pointer into the arguments, such as `/order/total_cents`',
  )

const GatedTool = z.strictObject({
  action: z.string().refine(isAction, 'must be an action such as `flights:book`').optional(),
  cost_cents: z.union([z.int().nonnegative(), Pointer]).optional(),
  target: Pointer.optional(),
  /** Members of the arguments that the decision, and whoever approves it, should see. */
  metadata: z.record(z.string().min(1).max(100), Pointer).optional(),
  fail_open: z.boolean().optional(),
})
export type GatedTool = z.infer<typeof GatedTool>

const GateFile = z.strictObject({
  /** The first segment of actions, in place of the name that the server gives itself. */
  server: z.string().min(1).max(100).optional(),
  tools: z.record(z.string(), GatedTool).default({}),
})
export type GateFile = z.infer<typeof GateFile>

/** @throws {Error} naming every member that is wrong */
export function parseGateFile(value: unknown): GateFile {
  const parsed = GateFile.safeParse(value)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(({ path, message }) => `/${path.map(String).join('/')}: ${message}`)
  throw new Error(`the gate's file is not valid\n  ${lines.join('\n  ')}`)
}

export function readGateFile(path: string): GateFile {
  const text = readFileSync(path, 'utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(`${path} is not JSON`, { cause: error })
  }
  return parseGateFile(value)
}
