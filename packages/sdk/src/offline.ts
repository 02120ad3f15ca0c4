import { decodeBase64Strict } from '@modei/protocol/crypto/base64'
import { verifyEd25519 } from '@modei/protocol/crypto/ed25519'
import { isWellFormed, utf8Bytes } from '@modei/protocol/crypto/utf8'

/**
 * True if and only if `signatureB64` is the key's signature over exactly the bytes of `attestationJson`, the text as
 * it was answered and not parsed and printed again. Also for `passport_json` and every other signed text.
 * What cannot be read is not verified: it answers false and never throws.
 */
export function verifyAttestationSignature(
  attestationJson: string,
  signatureB64: string,
  publicKeyB64: string,
): boolean {
  const signature = decodeBase64Strict(signatureB64)
  const publicKey = decodeBase64Strict(publicKeyB64)
  if (signature === undefined || publicKey === undefined) return false
  if (typeof attestationJson !== 'string' || !isWellFormed(attestationJson)) return false
  return verifyEd25519(publicKey, utf8Bytes(attestationJson), signature)
}
