import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import type { SecretBox } from '../secret-box.ts'
import type { SigningKeyRow } from './flush.ts'

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

export function privateKeyFromSeed(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' })
}

/** Raw 32-byte public key of a private key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
}

/** Signs with keys that are sealed at rest and opened once. Signing runs on the thread pool. */
export class Signer {
  readonly #box: SecretBox
  readonly #keys = new Map<string, KeyObject>()

  constructor(box: SecretBox) {
    this.#box = box
  }

  /** @returns base64 Ed25519 signature over the UTF-8 bytes of `text` */
  sign(row: SigningKeyRow, text: string): Promise<string> {
    const key = this.#open(row)
    return new Promise((resolve, reject) => {
      sign(null, Buffer.from(text, 'utf8'), key, (error, signature) => {
        if (error) reject(error)
        else resolve(signature.toString('base64'))
      })
    })
  }

  #open(row: SigningKeyRow): KeyObject {
    const known = this.#keys.get(row.id)
    if (known !== undefined) return known
    if (row.sealed_seed === null) throw new Error(`signing key ${row.id} has no seed here`)
    const key = privateKeyFromSeed(this.#box.open(row.sealed_seed, row.id))
    // Bounded: a server with more keys than this opens the oldest again, which costs a decryption.
    if (this.#keys.size >= 10_000) this.#keys.delete(this.#keys.keys().next().value ?? '')
    this.#keys.set(row.id, key)
    return key
  }
}
