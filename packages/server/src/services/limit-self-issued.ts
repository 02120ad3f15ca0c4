import type { Refusal } from '@modei/core'
import type { Found } from './find-presented.ts'
import type { Possession } from './possession.ts'
import type { PresentedPassport } from './presented-passport.ts'
import type { Services } from './services.ts'

/**
 * Counts a self-rooted passport against the hourly limits of its identity key.
 * Inline use counts only once the key itself has spoken, so that nobody uses up another's share.
 */
export function limitSelfIssued(
  { config, limits }: Services,
  passport: PresentedPassport,
  found: Found,
  possession: Possession | null,
): Refusal | null {
  if (!passport.self_rooted) return null
  const inline = 'inline' in found && found.inline
  const key = passport.identity_key
  if (inline) {
    if (possession?.nonce == null) return null
    if (!limits.take(`inline ${key}`, config.MODEI_INLINE_LIMIT)) {
      return { reason: 'inline_envelope_rate_limited', detail: 'too many envelopes of this key in an hour' }
    }
  }
  if (!limits.take(`decision ${key}`, config.MODEI_SELF_ISSUED_CEILING)) {
    const detail = `more than ${config.MODEI_SELF_ISSUED_CEILING} decisions of this key in an hour`
    return { reason: 'self_issued_platform_ceiling_exceeded', detail }
  }
  return null
}
