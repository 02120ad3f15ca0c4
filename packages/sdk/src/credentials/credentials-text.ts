import { decodeBase64Strict, encodeBase64 } from '@modei/protocol/crypto/base64'
import { parseStrictJson } from '@modei/protocol/crypto/strict-json'
import { ModeiError } from '../errors.ts'
import { AgentCredentials, type AgentCredentialsInit } from '../passport/agent-credentials.ts'

export const CREDENTIALS_FORMAT_VERSION = 1

/** The text of a credentials file, byte for byte as the Python package writes it. */
export function writeCredentialsText(credentials: AgentCredentials): string {
  const file = {
    agent_id: credentials.agentId,
    created_at: credentials.createdAt,
    private_key_base64: encodeBase64(credentials.privateKey),
    public_key_base64: credentials.publicKeyB64,
    version: CREDENTIALS_FORMAT_VERSION,
  }
  return JSON.stringify(file, null, 2)
}

/**
 * Reads the text of a credentials file. Throws a `ModeiError` unless the public half and the id are those of the seed:
 * a file that was edited by hand must not give an agent another name. No message repeats anything of the file.
 */
export function readCredentialsText(text: string, path: string): AgentCredentialsInit {
  const invalid = (why: string) =>
    new ModeiError(`credentials file ${path} ${why}`, { code: 'credentials_invalid' })
  const parsed = parseStrictJson(text, { maxDepth: 16 })
  if (!parsed.ok) throw invalid('is not valid JSON')
  const file = parsed.value
  if (typeof file !== 'object' || file === null || Array.isArray(file)) throw invalid('holds no JSON object')
  const members = new Map<string, unknown>(Object.entries(file))
  if (members.get('version') !== CREDENTIALS_FORMAT_VERSION) {
    throw invalid(`is not of format version ${CREDENTIALS_FORMAT_VERSION}`)
  }
  const textOf = (name: string): string => {
    const value = members.get(name)
    if (typeof value !== 'string') throw invalid(`has no text for ${name}`)
    return value
  }
  const createdAt = textOf('created_at')
  const seed = decodeBase64Strict(textOf('private_key_base64'))
  if (seed?.length !== 32) throw invalid('has a private_key_base64 that is not standard base64 of 32 bytes')
  const init = { privateKeySeed: seed, createdAt }
  const credentials = new AgentCredentials(init)
  if (textOf('public_key_base64') !== credentials.publicKeyB64) {
    throw invalid('has a public_key_base64 that is not that of its private key')
  }
  if (textOf('agent_id') !== credentials.agentId)
    throw invalid('has an agent_id mismatch: it is not that of its key')
  return init
}
