import { utf8Bytes } from '../crypto/utf8.ts'
import type { EnvelopeWriter } from './canonical-envelope.ts'
import type { Envelope } from './envelope.ts'
import { isTrustedKey, type KeySet, type SignerKey } from './key-set.ts'
import { findSignatureFault } from './signature-check.ts'
import { type LineMember, type PassportRefusal, refusePassport } from './verification.ts'

/** The first envelope of a line, from the root down, that its signer did not sign. */
export function findForgery(
  line: readonly LineMember[],
  writer: EnvelopeWriter,
  keys: KeySet | undefined,
): PassportRefusal | undefined {
  let above: Envelope | undefined
  for (const { label, envelope, signature } of line) {
    const signer = above === undefined ? findRootKey(envelope, label, keys) : above.identity.public_key
    if (typeof signer !== 'string') return signer
    const fault = findSignatureFault(signature, signer, () => utf8Bytes(writer.text(envelope)))
    if (fault !== undefined) return refusePassport(fault, `${label}: ${FAULTS[fault]}`)
    above = envelope
  }
  return undefined
}

const FAULTS = {
  signature_malformed: 'the signature is not standard base64 of 64 bytes',
  public_key_malformed: "the signer's public key is not standard base64 of 32 bytes",
  signature_invalid: "the signature does not verify under the signer's key",
} as const

function findRootKey(
  { provenance, identity }: Envelope,
  label: string,
  keys: KeySet | undefined,
): string | PassportRefusal {
  const { issuer } = provenance
  if (issuer.type === 'self') return identity.public_key
  if (issuer.type === 'delegate') {
    return refusePassport(
      'delegation_chain_invalid_root',
      `${label}: issuer.type is 'delegate' but no chain is above it`,
    )
  }
  const unavailable = (why: string) =>
    refusePassport(
      'signature_key_unavailable',
      `${label}: key '${issuer.key_id}' of ${issuer.type} '${issuer.id}' ${why}`,
    )
  if (keys === undefined) return unavailable('is needed and no keys were given')
  let key: SignerKey | undefined
  try {
    key = keys.findKey(issuer)
  } catch {
    return unavailable('could not be looked up')
  }
  if (key === undefined) return unavailable('is not among the given keys')
  return isTrustedKey(key) ? key.public_key : unavailable(`is ${key.status}`)
}
