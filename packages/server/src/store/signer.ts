import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import type { SecretBox } from '../secret-box.ts'
import { ThreadCalls, threadFile, WORTH_A_THREAD } from '../thread-calls.ts'
import type { SigningKeyRow } from './flush.ts'
import type { SignRequest } from './sign-thread.ts'

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

export function privateKeyFromSeed(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' })
}

/** Raw 32-byte public key of a private key. */
export function rawPublicKey(key: KeyObject): Uint8Array {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
}

export interface ToSign {
  key: SigningKeyRow
  text: string
}

interface OpenKey {
  key: KeyObject
  /** The thread has it too. */
  sent: boolean
}

/** Signs with keys that are sealed at rest and opened once. No signature is made on the thread that calls. */
export class Signer {
  readonly #box: SecretBox
  readonly #keys = new Map<string, OpenKey>()
  readonly #maxKeys: number
  readonly #thread: ThreadCalls<SignRequest, string[]>
  #anew = false

  constructor(box: SecretBox, maxKeys = 10_000) {
    this.#box = box
    this.#maxKeys = maxKeys
    const file = threadFile(import.meta.url, './sign-thread')
    this.#thread = new ThreadCalls(file, null, () => this.#forget())
  }

  /** @returns base64 Ed25519 signatures over the UTF-8 bytes of the texts, in their order */
  async signAll(texts: readonly ToSign[]): Promise<string[]> {
    // Bounded: a server with more keys than this opens them again, each of which costs a decryption. Before a batch and
    // not within it, so that the thread has all the keys that it needs.
    if (this.#keys.size >= this.#maxKeys) this.#forget()
    if (texts.length >= WORTH_A_THREAD) return this.#signOnThread(texts)
    return Promise.all(texts.map(({ key, text }) => signOne(this.#open(key).key, text)))
  }

  close(): Promise<void> {
    return this.#thread.close()
  }

  #signOnThread(texts: readonly ToSign[]): Promise<string[]> {
    // All are opened before any counts as sent: one that cannot be opened ends the call here.
    const opened = new Map(texts.map(({ key: row }) => [row.id, this.#open(row)]))
    const keys: [string, KeyObject][] = []
    for (const [id, open] of opened) {
      if (!open.sent) keys.push([id, open.key])
      open.sent = true
    }
    const anew = this.#anew
    this.#anew = false
    return this.#thread.call({ anew, keys, texts: texts.map(({ key, text }) => [key.id, text]) })
  }

  #forget(): void {
    this.#keys.clear()
    this.#anew = true
  }

  #open(row: SigningKeyRow): OpenKey {
    const known = this.#keys.get(row.id)
    if (known !== undefined) return known
    if (row.sealed_seed === null) throw new Error(`signing key ${row.id} has no seed here`)
    const open = { key: privateKeyFromSeed(this.#box.open(row.sealed_seed, row.id)), sent: false }
    this.#keys.set(row.id, open)
    return open
  }
}

function signOne(key: KeyObject, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    sign(null, Buffer.from(text, 'utf8'), key, (error, signature) => {
      if (error) reject(error)
      else resolve(signature.toString('base64'))
    })
  })
}
