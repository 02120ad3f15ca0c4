import { decodeBase64Strict, importPublicKey, ModeiProblem } from '@modei/protocol'

/** Whether a text is a public key under which a signature proves something. */
export function isPublicKey(text: string): boolean {
  const bytes = decodeBase64Strict(text)
  return bytes !== undefined && importPublicKey(bytes) !== undefined
}

/**
 * Reads a public key of a request, with or without its `ed25519:` prefix.
 * @param field its place in the body
 * @throws {ModeiProblem} `request_invalid` for what is no key, and for keys under which any message would verify
 */
export function parsePublicKey(given: string, field: string): string {
  const text = given.startsWith('ed25519:') ? given.slice('ed25519:'.length) : given
  if (isPublicKey(text)) return text
  throw new ModeiProblem('request_invalid', `\`${field}\` must be a base64 Ed25519 public key`, {
    errors: [{ pointer: `/body/${field}`, message: 'must be a base64 Ed25519 public key' }],
  })
}
