import type { EnvelopeIssuer } from './envelope.ts'
import { isPlainObject } from './json.ts'

/** A public key with which a gate or an issuer signs or has signed. */
export interface SignerKey {
  readonly key_id: string
  /** Standard base64 of 32 bytes. */
  readonly public_key: string
  /** `active` and `retired` keys are believed for ever; every other word, `compromised` first, is not. */
  readonly status: string
}

/** Finds the key that an issuer names, or undefined. The issuer's words are attacker-controlled. */
export interface KeySet {
  findKey(issuer: EnvelopeIssuer): SignerKey | undefined
}

/** The gate or issuer that owns keys: `type` and `id` as its passports spell them. */
export interface KeyOwner {
  readonly type: 'gate' | 'platform'
  readonly id: string
  readonly signing_keys: readonly SignerKey[]
}

/** The keys of some gates and issuers. */
export function keySetOf(owners: readonly KeyOwner[]): KeySet {
  const keys = new Map<string, SignerKey>()
  for (const { type, id, signing_keys } of owners) {
    for (const key of signing_keys) keys.set(address(type, id, key.key_id), key)
  }
  return { findKey: ({ type, id, key_id }) => keys.get(address(type, id, key_id)) }
}

/**
 * The keys of a gate out of the document that it publishes about itself. Throws a `TypeError` when that document is
 * not one: a key set that lacks keys would refuse passports for the wrong reason.
 */
export function gateKeySet(publicDocument: unknown): KeySet {
  const document = isPlainObject(publicDocument) ? publicDocument : {}
  const { gate_id, signing_keys } = document
  if (typeof gate_id !== 'string' || !Array.isArray(signing_keys) || !signing_keys.every(isSignerKey)) {
    throw new TypeError('not the public document of a gate: `gate_id` and `signing_keys` are needed')
  }
  return keySetOf([{ type: 'gate', id: gate_id, signing_keys }])
}

/** Asks each set in turn. */
export function combineKeySets(...sets: readonly KeySet[]): KeySet {
  return {
    findKey(issuer) {
      for (const set of sets) {
        const key = set.findKey(issuer)
        if (key !== undefined) return key
      }
      return undefined
    },
  }
}

/** Whether passports signed with a key may be believed. */
export function isTrustedKey(key: SignerKey): boolean {
  return key.status === 'active' || key.status === 'retired'
}

function isSignerKey(value: unknown): value is SignerKey {
  return (
    isPlainObject(value) &&
    typeof value.key_id === 'string' &&
    typeof value.public_key === 'string' &&
    typeof value.status === 'string'
  )
}

// A tuple as JSON cannot be forged by an id that holds the separator.
function address(type: string, id: string, keyId: string): string {
  return JSON.stringify([type, id, keyId])
}
