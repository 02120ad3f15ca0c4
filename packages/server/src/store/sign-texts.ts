import { type KeyObject, sign } from 'node:crypto'

/** Keys that a thread is to have from now on. */
export interface KeyDelivery {
  /** Whether it forgets those that it has first. */
  anew: boolean
  /** By their ids. */
  keys: readonly (readonly [string, KeyObject])[]
}

const keys = new Map<string, KeyObject>()

/** Keeps keys in this thread. */
export function takeKeys({ anew, keys: added }: KeyDelivery): void {
  if (anew) keys.clear()
  for (const [id, key] of added) keys.set(id, key)
}

/** @returns the base64 Ed25519 signature over the UTF-8 bytes of the text, by a key that this thread was given */
export function signText(keyId: string, text: string): string {
  const key = keys.get(keyId)
  if (key === undefined) throw new Error('the signing thread lacks a key')
  return sign(null, Buffer.from(text, 'utf8'), key).toString('base64')
}
