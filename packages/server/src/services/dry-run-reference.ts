import { canonicalEnvelope, isId, ModeiProblem, parseEnvelope } from '@modei/protocol'
import { findRegisteredRow, type PassportReference } from './find-presented.ts'
import type { Services } from './services.ts'
import { isSameBytes } from './verify-held.ts'

/**
 * Reads what a dry run was given for a passport: a Passport as it was answered, an envelope with its signature, or
 * anything that names a `passport_id`. Bytes that are known here go by their id, as their holder's requests would.
 */
export async function dryRunReference(
  services: Services,
  given: Readonly<Record<string, unknown>>,
): Promise<PassportReference> {
  const { signature, ...rest } = given
  const envelope = rest.passport_json ?? (rest.schema_version === undefined ? undefined : rest)
  if (typeof signature === 'string' && envelope !== undefined) {
    const known = await findKnownId(services, envelope, signature)
    return known === undefined ? { passport: { passport_json: envelope, signature } } : { passport_id: known }
  }
  if (isId('passport', given.passport_id)) return { passport_id: given.passport_id }
  const message = 'must have a `passport_id`, or a `passport_json` with its `signature`'
  throw new ModeiProblem('request_invalid', `\`passport\` ${message}`, {
    errors: [{ pointer: '/body/passport', message }],
  })
}

/** The id of a passport that is known here by exactly these bytes and this signature. */
async function findKnownId(
  services: Services,
  passportJson: unknown,
  signature: string,
): Promise<string | undefined> {
  const parsed = parseEnvelope(passportJson)
  if (!parsed.ok) return undefined
  const { envelope } = parsed
  const issued = await services.passports.find(envelope.passport_id)
  if (issued !== undefined) {
    return isSameBytes(issued, envelope) && issued.row.signature === signature ? issued.row.id : undefined
  }
  const registered = await findRegisteredRow(services, envelope.passport_id)
  const same = registered?.signature === signature && registered.passport_json === canonicalEnvelope(envelope)
  return same ? envelope.passport_id : undefined
}
