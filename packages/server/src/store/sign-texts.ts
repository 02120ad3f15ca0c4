import type { KeyObject } from 'node:crypto'
import { fastEd25519, type Sign } from './fast-ed25519.ts'

/** Keys that a thread is to have from now on. */
export interface KeyDelivery {
  /** Whether it forgets those that it has first. */
  anew: boolean
  /** By their ids. */
  keys: readonly (readonly [string, KeyObject])[]
}

const signerOf = fastEd25519()
const signers = new Map<string, Sign>()

/** Keeps keys in this thread. */
export function takeKeys({ anew, keys: added }: KeyDelivery): void {
  if (anew) signers.clear()
  for (const [id, key] of added) signers.set(id, signerOf(key))
}

/** @returns the base64 Ed25519 signature over the UTF-8 bytes of the text, by a key that this thread was given */
export function signText(keyId: string, text: string): string {
  const sign = signers.get(keyId)
  if (sign === undefined) throw new Error('the signing thread lacks a key')
  return sign(Buffer.from(text, 'utf8')).toString('base64')
}
