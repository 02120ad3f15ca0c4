import { decodeBase64Strict, encodeBase64Url } from '../crypto/base64.ts'
import { sha256, sha256Hex } from '../crypto/sha256.ts'
import type { Envelope } from './envelope.ts'

export const SELF_AGENT_ID_PREFIX = 'agent_self_'

/**
 * The id of an agent that names itself by its key: 192 bits of the key's SHA-256.
 * Throws a `TypeError` when the text is not standard base64; the length of the key is not looked at.
 */
export function deriveSelfAgentId(publicKeyB64: string): string {
  return SELF_AGENT_ID_PREFIX + encodeBase64Url(sha256(decodeKey(publicKeyB64))).slice(0, 32)
}

/** `provenance.issuer.id` of a self-issued passport. Throws like {@link deriveSelfAgentId}. */
export function selfIssuerId(publicKeyB64: string): string {
  return `self:${sha256Hex(decodeKey(publicKeyB64))}`
}

/** `provenance.issuer.id` of every passport below `root`. */
export function delegateIssuerId(root: Envelope): string {
  return `delegate:${root.passport_id}`
}

function decodeKey(publicKeyB64: string): Uint8Array {
  const bytes = decodeBase64Strict(publicKeyB64)
  if (bytes === undefined) throw new TypeError('the public key is not standard base64')
  return bytes
}
