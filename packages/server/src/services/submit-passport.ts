import { readConstraintMap } from '@modei/core'
import {
  canonicalEnvelope,
  type Envelope,
  type FieldError,
  isId,
  isPermission,
  ModeiProblem,
  type Passport,
  parseEnvelope,
  parseTimestamp,
} from '@modei/protocol'
import type { Transaction } from 'kysely'
import type { Caller } from '../http/call.ts'
import type { Database } from '../store/schema.ts'
import type { IdempotencyClaim } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import type { SignedEnvelopeInput } from './find-presented.ts'
import { invalidPassport } from './invalid-passport.ts'
import { findLiveIssuer } from './issuers.ts'
import { MAX_LIFETIME_SECONDS } from './passport-grant.ts'
import { newPassportRow } from './passport-row.ts'
import { passportView } from './passport-view.ts'
import { isPublicKey } from './public-key.ts'
import type { Services } from './services.ts'
import { signedGrant } from './signed-grant.ts'
import { findActiveKey } from './signing-keys.ts'
import { verifyHeld } from './verify-held.ts'

export interface SubmittedPassport extends SignedEnvelopeInput {
  issuer_id?: string | undefined
  metadata?: Readonly<Record<string, unknown>> | undefined
}

/** Takes in a passport that an issuer signed with a key of its own, held to all that one signed here is. */
export async function submitPassport(
  services: Services,
  caller: Caller,
  submitted: SubmittedPassport,
  claim: IdempotencyClaim | null,
): Promise<Passport> {
  const { store } = services
  const issuerId = readIssuerId(submitted)
  // Whose issuer it is comes first: nothing is told of keys of another workspace's.
  await findLiveIssuer(store.read, caller, issuerId)
  const verified = await verifyHeld(services, submitted.passport_json, submitted.signature)
  if (!verified.ok) throw invalidPassport(verified.refusal)
  const { envelope } = verified.held
  return writeOnce(store, claim, async (tx, now) => {
    await findLiveIssuer(tx, caller, issuerId)
    const signer = await findActiveKey(tx, issuerId)
    if (signer === undefined || signer.id !== envelope.provenance.issuer.key_id) {
      throw invalidPassport({
        reason: 'signature_key_unavailable',
        detail: 'it is not signed by the issuer’s present key',
      })
    }
    refuseUnfit(envelope, now)
    await refuseTaken(tx, envelope.passport_id)
    const row = newPassportRow(
      { envelope, passport_json: canonicalEnvelope(envelope), signature: submitted.signature },
      {
        workspace_id: caller.workspace_id,
        gate_id: null,
        issuer_id: issuerId,
        public_key: signer.public_key,
        constraints: null,
        metadata: submitted.metadata,
      },
      now,
    )
    await tx.insertInto('passports').values(row).execute()
    return passportView(row, now)
  })
}

function readIssuerId({ passport_json, issuer_id: named }: SubmittedPassport): string {
  const parsed = parseEnvelope(passport_json)
  if (!parsed.ok) throw invalidPassport({ reason: parsed.reason_code, detail: parsed.detail })
  const { type, id } = parsed.envelope.provenance.issuer
  if (type !== 'platform' || !isId('issuer', id)) {
    const detail = 'its issuer must be of type `platform` and an issuer of this workspace'
    throw invalidPassport({ reason: 'unsupported_issuer_type', detail })
  }
  if (named === undefined || named === id) return id
  const message = 'must be the issuer that the passport names'
  throw new ModeiProblem('request_invalid', `\`issuer_id\` ${message}`, {
    errors: [{ pointer: '/body/issuer_id', message }],
  })
}

/** What is well signed and still none of ours: ids that cannot be addressed, limits that nobody could keep. */
function refuseUnfit(envelope: Envelope, now: number): void {
  const { provenance } = envelope
  const expiresAt = parseTimestamp(provenance.expires_at) ?? 0
  if (expiresAt <= now) {
    throw invalidPassport({ reason: 'passport_expired', detail: `expired at ${provenance.expires_at}` })
  }
  const errors = [...unfitIds(envelope), ...unfitPermissions(envelope)]
  if (expiresAt - now > MAX_LIFETIME_SECONDS * 1000) {
    errors.push({ pointer: '/provenance/expires_at', message: 'must be at most 10 years ahead' })
  }
  if (
    provenance.gate_id !== null ||
    provenance.catalog_version !== null ||
    provenance.catalog_content_hash !== null
  ) {
    errors.push({
      pointer: '/provenance',
      message: 'must name no gate and no catalog: an issuer has neither',
    })
  }
  const [first] = errors
  if (first === undefined) return
  throw new ModeiProblem('request_invalid', `the passport’s \`${first.pointer}\` ${first.message}`, {
    errors: errors.map(({ pointer, message }) => ({ pointer: `/body/passport_json${pointer}`, message })),
  })
}

function unfitIds({ passport_id: id, identity }: Envelope): FieldError[] {
  const errors: FieldError[] = []
  if (!isId('passport', id) || /^pp_(?:self|delegate)_/.test(id)) {
    errors.push({
      pointer: '/passport_id',
      message: 'must be `pp_` and not of a self-issued or delegated passport',
    })
  }
  if (!isId('agent', identity.agent_id)) {
    errors.push({ pointer: '/identity/agent_id', message: 'must be a valid agent id' })
  }
  if (identity.agent_name !== null && !/^[^\p{Cc}\p{Cs}]{1,200}$/u.test(identity.agent_name)) {
    errors.push({ pointer: '/identity/agent_name', message: 'must be 1 to 200 printable characters' })
  }
  if (!isPublicKey(identity.public_key)) {
    errors.push({ pointer: '/identity/public_key', message: 'must be a base64 Ed25519 public key' })
  }
  return errors
}

function unfitPermissions({ permissions }: Envelope): FieldError[] {
  const keys = permissions.map(({ permission_key }) => permission_key)
  if (
    keys.length === 0 ||
    keys.length > 1000 ||
    new Set(keys).size < keys.length ||
    !keys.every(isPermission)
  ) {
    return [{ pointer: '/permissions', message: 'must be 1 to 1000 different permissions' }]
  }
  return [...signedGrant(permissions).byPermission].flatMap(([key, constraints]) => {
    const read = readConstraintMap(Object.fromEntries(constraints), [])
    const at = `/permissions/${keys.indexOf(key)}/constraints`
    return read.ok ? [] : read.errors.map(({ pointer, message }) => ({ pointer: `${at}${pointer}`, message }))
  })
}

async function refuseTaken(tx: Transaction<Database>, passportId: string): Promise<void> {
  const taken = await tx.selectFrom('passports').select('id').where('id', '=', passportId).executeTakeFirst()
  if (taken !== undefined)
    throw new ModeiProblem('already_exists', `the passport id \`${passportId}\` is taken`)
}
