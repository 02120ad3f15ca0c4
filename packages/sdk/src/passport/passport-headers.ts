import type { ActionAssertion, SignedAssertion } from '@modei/protocol/passports/assertion'
import {
  ASSERTION_HEADER,
  encodeHeaderJson,
  MAX_PRESENTED_LENGTH,
  PASSPORT_HEADER,
  PASSPORT_ID_HEADER,
} from '../presentation-headers.ts'
import type { ParentPassport } from './delegation-builder.ts'

/**
 * The HTTP headers with which an agent presents a passport at a gate: the passport itself, or the id of one that the
 * server knows, and, where the gate asks for it, the agent's assertion about this one request.
 *
 * @throws {RangeError} when one is longer than 65,536 characters. Many servers take only 16 KiB of headers: register a
 * passport with a long chain, and present it by its id.
 */
export function passportHeaders(
  passport: ParentPassport | { readonly passport_id: string },
  assertion?: SignedAssertion<ActionAssertion>,
): Record<string, string> {
  const headers: Record<string, string> =
    'signature' in passport
      ? { [PASSPORT_HEADER]: encodeHeaderJson(presented(passport)) }
      : { [PASSPORT_ID_HEADER]: passport.passport_id }
  if (assertion !== undefined) headers[ASSERTION_HEADER] = encodeHeaderJson(assertion)
  for (const [name, { length }] of Object.entries(headers)) {
    if (length > MAX_PRESENTED_LENGTH) {
      throw new RangeError(`\`${name}\` is ${length} characters long, more than ${MAX_PRESENTED_LENGTH}`)
    }
  }
  return headers
}

function presented(passport: ParentPassport) {
  const { signature } = passport
  return { passport_json: 'envelope' in passport ? passport.envelope : passport.passport_json, signature }
}
