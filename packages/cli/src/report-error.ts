import { ModeiError } from 'modei'
import { Interrupted } from './exit-codes.ts'
import { plainText } from './output/plain-text.ts'

/** What went wrong and what can be done about it, for standard error. No key is in it. */
export function errorText(error: unknown): string {
  if (error instanceof Interrupted) return ''
  if (!(error instanceof ModeiError)) return plainText(error instanceof Error ? error.message : String(error))
  const lines = [`${error.code}: ${error.message}`]
  const { errors, required_scope } = Object(error.body)
  if (Array.isArray(errors)) {
    for (const { pointer, message } of errors) lines.push(`  ${String(pointer)}: ${String(message)}`)
  }
  if (typeof required_scope === 'string') lines.push(`  the key needs the scope ${required_scope}`)
  if (error.code === 'api_key_missing' || error.statusCode === 401) {
    lines.push('  run `modei login`, or set MODEI_API_KEY and MODEI_API_URL')
  }
  if (error.retryAfter !== undefined) lines.push(`  try again in ${error.retryAfter} s`)
  if (error.requestId !== undefined) lines.push(`  request ${error.requestId}`)
  return plainText(lines.join('\n'))
}
