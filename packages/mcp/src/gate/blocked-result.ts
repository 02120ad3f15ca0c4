import type { ConstraintEvaluation, EnforceResult } from 'modei'
import type { Permission } from './ask-permission.ts'

type Refusal = Extract<Permission, { go: false }>

/** What the agent reads in place of the tool's answer: the reason, the numbers, and when it would fit. */
export function blockedText(action: string, { code, reason, result }: Refusal): string {
  const lines = [`Blocked by Modei: ${action} was not performed.`, `reason: ${reason} (${code})`]
  if (result !== undefined) lines.push(...numbers(result))
  return lines.join('\n')
}

export function blockedResult(action: string, refusal: Refusal) {
  return { isError: true, content: [{ type: 'text' as const, text: blockedText(action, refusal) }] }
}

function numbers(result: EnforceResult): string[] {
  const lines = result.evaluations.filter(({ result }) => result !== 'pass').map(numbersOf)
  if (result.remaining_cents !== null) lines.push(`remaining: ${result.remaining_cents} cents`)
  lines.push(`record: ${result.attestation_id}`)
  return lines
}

function numbersOf({ constraint_key, limit, current, requested, resets_at }: ConstraintEvaluation): string {
  const shown = Object.entries({ limit, current, requested })
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  if (resets_at !== null) shown.push(`fits again at ${resets_at}`)
  return `${constraint_key}: ${shown.join(', ') || 'not met'}`
}
