import { z } from 'zod'
import { canonicalJson } from '../crypto/canonical-json.ts'
import { CanonicalizationError } from '../crypto/canonicalization-error.ts'
import { utf8Bytes } from '../crypto/utf8.ts'
import { DECISION_WORDS } from '../decision-words.ts'
import type { IdKind } from '../ids.ts'
import { idPattern } from '../ids.ts'
import { ACTION_PATTERN, CONSTRAINT_PATTERN, MAX_ACTION_LENGTH, PERMISSION_PATTERN } from '../permissions.ts'
import { parseDate, parseDuration, parseTimestamp } from '../time.ts'

export function id(kind: IdKind, description?: string) {
  return z
    .string()
    .regex(idPattern(kind), `must be a valid ${kind.replace('_', ' ')} id`)
    .describe(description ?? `${kind.replace('_', ' ')} id`)
}

/** Text without control characters other than tab and line breaks, and without lone surrogates: it may be signed. */
export function text(max: number, min = 1) {
  return z
    .string()
    .min(min)
    .max(max)
    .refine(isPrintable, 'must hold no control characters and no lone surrogates')
}

// A refinement and no pattern: most readers of the OpenAPI document know no Unicode properties.
function isPrintable(value: string): boolean {
  return /^(?:[\t\n\r]|[^\p{Cc}\p{Cs}])*$/u.test(value)
}

/** A member that may be left out; clients that send `null` for what they do not have are understood. */
export function optional<T extends z.ZodType>(schema: T) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional()
}

/** Reports at `path` when both members of a request are given, or neither where one is needed. */
export function oneOf(
  context: z.core.$RefinementCtx,
  given: Readonly<Record<string, unknown>>,
  required: boolean,
): void {
  const names = Object.keys(given)
  const count = names.filter((name) => given[name] !== undefined).length
  if (count === 1 || (count === 0 && !required)) return
  const message = `give ${required ? 'exactly' : 'at most'} one of ${names.map((name) => `\`${name}\``).join(' and ')}`
  context.addIssue({ code: 'custom', path: [names[0] ?? ''], message, input: undefined })
}

/** A safe, non-negative integer number of cents. */
export const Cents = z.int().min(0).max(Number.MAX_SAFE_INTEGER).describe('Cents, a whole number')

/** A safe, non-negative integer. */
export const Count = z.int().min(0).max(Number.MAX_SAFE_INTEGER)

export const BasisPoints = z.int().min(0).max(10_000).describe('Hundredths of a percent, 0 to 10000')

export const Action = z
  .string()
  .max(MAX_ACTION_LENGTH)
  .regex(ACTION_PATTERN, 'must be segments of [A-Za-z0-9._/-]+ joined by ":"')
  .describe('What the agent wants to do, such as `flights:book`')

export const Permission = z
  .string()
  .max(MAX_ACTION_LENGTH)
  .regex(PERMISSION_PATTERN, 'must be an action, `ns:*` or `*`')

export const ActionPattern = z
  .string()
  .max(MAX_ACTION_LENGTH)
  .regex(CONSTRAINT_PATTERN, 'must be an action, `ns:*`, `*:verb` or `*`')

export const Target = text(2048).describe('What the action is done to: a URL, host or name')

export const Timestamp = z
  .string()
  .meta({ format: 'date-time', description: 'UTC time, `YYYY-MM-DDTHH:MM:SS.mmmZ`' })

/** A time in a request: RFC 3339 with a zone. */
export const InputTimestamp = z
  .string()
  .max(64)
  .refine((value) => parseTimestamp(value) !== undefined, 'must be an RFC 3339 time with a zone')
  .meta({ format: 'date-time', description: 'RFC 3339 time with a zone, at most nine fraction digits' })

/** A time or a UTC day in a query. */
export const TimestampOrDate = z
  .string()
  .max(64)
  .refine(
    (value) => parseTimestamp(value) !== undefined || parseDate(value) !== undefined,
    'must be an RFC 3339 time with a zone, or YYYY-MM-DD',
  )
  .describe('RFC 3339 time with a zone, or `YYYY-MM-DD` for the start of that UTC day')

export const CalendarDate = z
  .string()
  .max(10)
  .refine((value) => parseDate(value) !== undefined, 'must be a calendar date, YYYY-MM-DD')
  .meta({ format: 'date', description: 'UTC day, `YYYY-MM-DD`' })

const TEN_YEARS_SECONDS = 315_360_000

export const DurationSeconds = z.int().min(1).max(TEN_YEARS_SECONDS).describe('Seconds, at most ten years')

export const DurationText = z
  .string()
  .max(16)
  .refine((value) => {
    const seconds = parseDuration(value)
    return seconds !== undefined && seconds >= 1 && seconds <= TEN_YEARS_SECONDS
  }, 'must be a duration such as `30s`, `15m`, `24h`, `7d`, `4w` or `1y`, above zero and at most ten years')
  .describe('Duration such as `30s`, `15m`, `24h`, `7d`, `4w` or `1y` (365 days)')

export const AgentPublicKey = z
  .string()
  .max(64)
  .regex(/^(?:ed25519:)?[A-Za-z0-9+/]{43}=$/, 'must be a base64 Ed25519 public key of 32 bytes')
  .describe('Base64 Ed25519 public key, an `ed25519:` prefix allowed')

export const Signature = z.string().min(1).max(256).describe('Base64 Ed25519 signature')

/** A digest as its maker writes it: hex, base64, or with an algorithm before it. */
export const PayloadHash = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')

export const OpenObject = z.record(z.string(), z.unknown())

const MAX_METADATA_BYTES = 64 * 1024

/** What a caller adds to a request for itself. It is stored with the request, so it is bounded. */
export const Metadata = OpenObject.refine(
  isBounded,
  'must be JSON of at most 64 KiB in its canonical form',
).describe('At most 64 KiB as canonical JSON')

function isBounded(value: unknown): boolean {
  try {
    const text = canonicalJson(value)
    return text.length <= MAX_METADATA_BYTES && utf8Bytes(text).length <= MAX_METADATA_BYTES
  } catch (error) {
    if (error instanceof CanonicalizationError) return false
    throw error
  }
}

export const ConstraintMap = OpenObject.refine(
  (map) => Object.keys(map).length <= 1000,
  'must hold at most 1000 members',
).describe('Constraints by key, either flat (`core:cost:max_per_action`) or under a permission')

export const Decision = z
  .string()
  .max(32)
  .refine((value) => DECISION_WORDS.some((word) => word.toLowerCase() === value.toLowerCase()), {
    message: `must be one of ${DECISION_WORDS.join(', ')}`,
  })
  .describe(`Decision in any spelling: ${DECISION_WORDS.join(', ')}`)

/** An integer in a query string or a path. */
export function queryInteger(min: number, max: number) {
  return z
    .string()
    .max(16)
    .regex(/^\d{1,16}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
}

export const Cursor = z
  .string()
  .max(512)
  .describe('Position returned by the `Link` header of the page before')

export const PageQuery = z.strictObject({
  limit: queryInteger(1, 1000).optional(),
  cursor: Cursor.optional(),
})

export const SignedEnvelopeBody = z
  .strictObject({
    passport_json: z
      .union([OpenObject, z.string().max(4 * 1024 * 1024)])
      .describe('The envelope, as an object or as its exact text'),
    signature: Signature.describe('Base64 Ed25519 signature over the canonical envelope'),
  })
  .meta({ id: 'SignedEnvelope' })
export type SignedEnvelopeBody = z.input<typeof SignedEnvelopeBody>

/** Proof of possession by the passport's own key. Its members are read and compared by the verifier. */
export const Assertion = z
  .strictObject({
    assertion_json: OpenObject.describe(
      '`passport_id`, `gate_id`, `action`, `target`?, `cost_cents`?, `nonce`, `timestamp`: equal to the request',
    ),
    assertion_signature: Signature.describe('Signature over the canonical `assertion_json`'),
  })
  .meta({ id: 'Assertion' })
export type Assertion = z.input<typeof Assertion>

/** What a signer leaves beside a signed text, so that anybody can verify it offline. */
export const SignedBy = {
  signature: z.string().describe('Base64 Ed25519 signature over exactly the bytes of the signed text'),
  public_key: z.string().describe('Base64 Ed25519 key of the signer'),
  signing_key_id: z.string(),
}
