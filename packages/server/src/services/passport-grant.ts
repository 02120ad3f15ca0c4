import { randomBytes } from 'node:crypto'
import { readConstraintMap } from '@modei/core'
import {
  type Envelope,
  encodeBase64,
  ModeiProblem,
  parseDuration,
  publicKeyFromSeed,
  type SignedPassport,
  signEnvelope,
} from '@modei/protocol'
import { parsePublicKey } from './public-key.ts'

/** What a passport is asked to say. */
export interface PassportGrant {
  agent_id: string
  permissions: readonly string[]
  agent_name?: string | undefined
  agent_public_key?: string | undefined
  constraints?: Readonly<Record<string, unknown>> | undefined
  expires_in_seconds?: number | undefined
  expires_in?: string | undefined
  delegation_authority?: boolean | undefined
  metadata?: Readonly<Record<string, unknown>> | undefined
}

export const MAX_LIFETIME_SECONDS = 10 * 31_536_000

/** Signs an envelope; one that is too large is the caller's mistake. */
export function signPassport(envelope: Envelope, seed: Uint8Array): SignedPassport {
  try {
    return signEnvelope(envelope, seed)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ModeiProblem('request_invalid', error.message, {
      errors: [{ pointer: '/body', message: error.message }],
    })
  }
}

/** The constraints of a grant, every fault of theirs reported. */
export function readGrantConstraints(grant: PassportGrant, permissions: readonly string[]) {
  const map = readConstraintMap(grant.constraints ?? {}, permissions)
  if (map.ok) return map
  throw new ModeiProblem('request_invalid', map.errors[0]?.message ?? 'the constraints are not valid', {
    errors: map.errors.map(({ pointer, message }) => ({ pointer: `/body/constraints${pointer}`, message })),
  })
}

/** How long a grant lasts: an hour unless it says so. */
export function lifetimeSeconds(grant: PassportGrant): number {
  const seconds =
    grant.expires_in === undefined ? (grant.expires_in_seconds ?? 3600) : parseDuration(grant.expires_in)
  if (seconds !== undefined && seconds > 0 && seconds <= MAX_LIFETIME_SECONDS) return seconds
  const field = grant.expires_in === undefined ? 'expires_in_seconds' : 'expires_in'
  throw new ModeiProblem('request_invalid', `\`${field}\` must be positive and at most 10 years`, {
    errors: [{ pointer: `/body/${field}`, message: 'must be positive and at most 10 years' }],
  })
}

/** The agent's key, or a new pair whose private half is answered once and kept nowhere. */
export function agentKeyOf(given: string | undefined): { public_key: string; private_key: string | null } {
  if (given === undefined) {
    const seed = randomBytes(32)
    return { public_key: encodeBase64(publicKeyFromSeed(seed)), private_key: encodeBase64(seed) }
  }
  return { public_key: parsePublicKey(given, 'agent_public_key'), private_key: null }
}
