import type { Refusal } from '@modei/core'
import type { Possession } from './possession.ts'
import type { PresentedPassport } from './presented-passport.ts'
import type { Services } from './services.ts'

export interface Presentation {
  inline: boolean
  possession: Possession
  /** Whether the nonce of the proof was seen before: then whoever repeats it has proved nothing. */
  repeated: boolean
  /** Whether the workspace that decides asked itself, with a key of its own. */
  own_caller: boolean
}

/**
 * Counts a self-rooted passport against the hourly limits of its identity key. Whoever neither proved to hold that
 * key nor asks for the workspace shares a count with all such strangers, so that they use up nobody else's.
 */
export function limitSelfIssued(
  { config, limits }: Pick<Services, 'config'> & { limits: Pick<Services['limits'], 'take'> },
  passport: PresentedPassport,
  { inline, possession, repeated, own_caller: ownCaller }: Presentation,
): Refusal | null {
  if (!passport.self_rooted) return null
  const key = passport.identity_key
  const proved = possession.nonce !== null && !repeated
  // Inline without proof is refused for that, and may not cost the holder anything.
  if (inline && !proved) return null
  if (inline && !limits.take(`inline ${key}`, config.MODEI_INLINE_LIMIT)) {
    return { reason: 'inline_envelope_rate_limited', detail: 'too many envelopes of this key in an hour' }
  }
  const who = proved || ownCaller ? 'decision' : 'stranger'
  if (!limits.take(`${who} ${key}`, config.MODEI_SELF_ISSUED_CEILING)) {
    const detail = `more than ${config.MODEI_SELF_ISSUED_CEILING} decisions of this key in an hour`
    return { reason: 'self_issued_platform_ceiling_exceeded', detail }
  }
  return null
}

/** Whether a proof was presented before. One that is presented twice at once may still count twice. */
export async function isRepeated({ store }: Services, { nonce }: Possession): Promise<boolean> {
  if (nonce === null) return false
  const seen = await store.read
    .selectFrom('nonces')
    .select('nonce')
    .where('scope', '=', nonce.scope)
    .where('nonce', '=', nonce.nonce)
    .executeTakeFirst()
  return seen !== undefined
}
