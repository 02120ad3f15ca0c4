import {
  type Envelope,
  ModeiProblem,
  type RevokeAssertion,
  type SelfRevoked,
  type SignedAssertion,
  verifyRevokeAssertion,
} from '@modei/protocol'
import type { Transaction } from 'kysely'
import type { Database } from '../store/schema.ts'
import type { Nonce } from '../store/store.ts'
import { findRegisteredRow, type SignedEnvelopeInput } from './find-presented.ts'
import { invalidPassport } from './invalid-passport.ts'
import { passportNotFound } from './passports.ts'
import { passportKey } from './self-rooted-passport.ts'
import type { Services } from './services.ts'
import { isIssued, verifyHeld } from './verify-held.ts'

export interface SelfRevokeRequest extends SignedAssertion<RevokeAssertion> {
  /** The passport itself, needed where it was never registered. */
  passport?: SignedEnvelopeInput | undefined
}

/**
 * Revokes a self-issued or delegated passport, and all below it, on the word of its holder or of the holder of one
 * above it. What is revoked is the id under this very key: nobody revokes what only shares the id.
 */
export async function selfRevoke(
  services: Services,
  passportId: string,
  { passport, ...assertion }: SelfRevokeRequest,
): Promise<SelfRevoked> {
  const { store } = services
  const envelope = await findRevocable(services, passportId, passport)
  const key = passportKey(envelope)
  const verified = verifyRevokeAssertion(assertion, {
    passportId,
    now: await store.now(),
    publicKeys: holderKeys(envelope),
  })
  if (!verified.ok) {
    throw new ModeiProblem('request_invalid', `the assertion does not hold: ${verified.detail}`, {
      errors: [{ pointer: '/body/assertion_json', message: verified.detail }],
      extra: { reason_code: verified.reason_code },
    })
  }
  const nonce = { scope: `revoke ${key}`, nonce: verified.assertion.nonce, expires_at: verified.freshUntil }
  return store.write(async (tx, now) => {
    await useUp(tx, nonce)
    const added = await tx
      .insertInto('revocations')
      .values({ revocation_key: key, revoked_at: now })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    return {
      passport_id: passportId,
      status: added.numInsertedOrUpdatedRows === 1n ? 'revoked' : 'already_revoked',
    }
  })
}

/** The keys of the passport and of every one above it. */
function holderKeys({ identity, provenance }: Envelope): string[] {
  const above = (provenance.delegation_chain ?? []).map(
    ({ passport_json }) => passport_json.identity.public_key,
  )
  return [...above, identity.public_key]
}

async function findRevocable(
  services: Services,
  passportId: string,
  given: SignedEnvelopeInput | undefined,
): Promise<Envelope> {
  const signed = given ?? (await findRegisteredRow(services, passportId))
  if (signed === undefined) throw passportNotFound(passportId)
  const verified = await verifyHeld(services, signed.passport_json, signed.signature)
  if (!verified.ok) throw invalidPassport(verified.refusal)
  const { envelope } = verified.held
  if (isIssued(envelope)) {
    const detail = 'its gate or issuer revokes it, not its holder'
    throw invalidPassport({ reason: 'unsupported_issuer_type', detail })
  }
  if (envelope.passport_id === passportId) return envelope
  const message = 'must be the passport that the path names'
  throw new ModeiProblem('request_invalid', `\`passport\` ${message}`, {
    errors: [{ pointer: '/body/passport/passport_json/passport_id', message }],
  })
}

/** INVARIANT: the primary key of the table lets one transaction use a nonce, in whichever process it runs. */
async function useUp(tx: Transaction<Database>, nonce: Nonce): Promise<void> {
  const used = await tx
    .insertInto('nonces')
    .values(nonce)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (used.numInsertedOrUpdatedRows === 1n) return
  throw new ModeiProblem('nonce_already_used', 'the nonce of the assertion was used before')
}
