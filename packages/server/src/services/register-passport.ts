import {
  canonicalEnvelope,
  type Envelope,
  findForeignId,
  ModeiProblem,
  type PassportRegistered,
  parseEnvelope,
  parseTimestamp,
} from '@modei/protocol'
import type { Transaction } from 'kysely'
import type { Database } from '../store/schema.ts'
import type { SignedEnvelopeInput } from './find-presented.ts'
import { invalidPassport } from './invalid-passport.ts'
import { readRevocationFacts } from './revocation-facts.ts'
import { lineRevocation, passportKey, revocationKeysOf } from './self-rooted-passport.ts'
import type { Services } from './services.ts'
import { type HeldPassport, verifyHeld } from './verify-held.ts'

/**
 * Makes a self-issued or delegated passport known, so that its id is enough from now on. The same bytes again change
 * nothing; other bytes under a known id are refused.
 */
export async function registerPassport(
  services: Services,
  request: SignedEnvelopeInput,
  address: string,
): Promise<PassportRegistered> {
  takeShare(services, `register from ${address}`)
  const held = await readHeld(services, request)
  const { envelope } = held
  takeShare(services, `register ${envelope.identity.public_key}`)
  const json = canonicalEnvelope(envelope)
  return services.store.write(async (tx, now) => {
    const known = await tx
      .selectFrom('registered_passports')
      .select('passport_json')
      .where('passport_id', '=', envelope.passport_id)
      .executeTakeFirst()
    const answer = { passport_id: envelope.passport_id, agent_id: envelope.identity.agent_id }
    if (known?.passport_json === json) return { ...answer, status: 'idempotent' as const }
    if (known !== undefined) {
      throw new ModeiProblem('already_exists', `the passport id \`${envelope.passport_id}\` is taken`)
    }
    refuseExpired(envelope, now)
    await refuseRevoked(tx, held)
    await tx
      .insertInto('registered_passports')
      .values({
        passport_id: envelope.passport_id,
        passport_key: passportKey(envelope),
        agent_id: envelope.identity.agent_id,
        passport_json: json,
        signature: request.signature,
        expires_at: parseTimestamp(envelope.provenance.expires_at) ?? 0,
        created_at: now,
      })
      .execute()
    return { ...answer, status: 'active' as const }
  })
}

/** Registering is open to everybody, so each address and each key has a share of it. */
function takeShare({ limits, config }: Services, name: string): void {
  const limit = config.MODEI_REGISTER_LIMIT
  if (limits.take(name, limit)) return
  throw new ModeiProblem('rate_limited', `more than ${limit} registrations in an hour`, {
    retryAfter: limits.retryAfter(),
  })
}

async function readHeld(services: Services, request: SignedEnvelopeInput): Promise<HeldPassport> {
  const parsed = parseEnvelope(request.passport_json)
  if (!parsed.ok) throw invalidPassport({ reason: parsed.reason_code, detail: parsed.detail })
  const { envelope } = parsed
  const { type } = envelope.provenance.issuer
  if (type !== 'self' && type !== 'delegate') {
    const detail = 'only self-issued and delegated passports are registered'
    throw invalidPassport({ reason: 'unsupported_issuer_type', detail })
  }
  if ((envelope.identity.agent_name ?? '').trim() === '')
    refuseField('/identity/agent_name', 'must not be empty')
  const foreign = findForeignId(envelope)
  if (foreign?.endsWith('/passport_id') === true) {
    refuseField(
      foreign,
      'must be `pp_self_…` where the holder issued it and `pp_delegate_…` where it was delegated',
    )
  }
  if (foreign !== undefined) {
    const message = 'is not that of the key'
    throw new ModeiProblem('issuer_id_mismatch', `\`${foreign}\` ${message}`, {
      errors: [{ pointer: `/body/passport_json${foreign}`, message }],
    })
  }
  const verified = await verifyHeld(services, request.passport_json, request.signature)
  if (!verified.ok) throw invalidPassport(verified.refusal)
  return verified.held
}

function refuseField(pointer: string, message: string): never {
  throw new ModeiProblem('request_invalid', `the passport’s \`${pointer}\` ${message}`, {
    errors: [{ pointer: `/body/passport_json${pointer}`, message }],
  })
}

function refuseExpired({ provenance }: Envelope, now: number): void {
  if (now < (parseTimestamp(provenance.expires_at) ?? 0)) return
  throw invalidPassport({ reason: 'passport_expired', detail: `expired at ${provenance.expires_at}` })
}

async function refuseRevoked(tx: Transaction<Database>, held: HeldPassport): Promise<void> {
  const subject = { issued: held.issued_root, keys: revocationKeysOf(held) }
  const revoked = lineRevocation(held, await readRevocationFacts(tx, subject))
  if (revoked === null) return
  throw new ModeiProblem('passport_not_active', revoked.detail, { extra: { reason_code: revoked.reason } })
}
