import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import type { SecretBox } from '../secret-box.ts'
import { ThreadCalls, ThreadDied, threadFile } from '../thread-calls.ts'
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

/**
 * From this many texts on, one message to a thread costs less than a job of the thread pool for each. A server that
 * has little to do never starts the thread.
 */
const THREAD_FROM = 4
const MAX_OPEN_KEYS = 10_000

interface OpenKey {
  key: KeyObject
  number: number
  sent: boolean
}

/** Signs with keys that are sealed at rest and opened once. No signature is made on the thread that calls. */
export class Signer {
  readonly #box: SecretBox
  readonly #keys = new Map<string, OpenKey>()
  readonly #thread = new ThreadCalls<SignRequest, string[]>(threadFile(import.meta.url, './sign-thread'))
  #forgotten: number[] = []
  #numbers = 0

  constructor(box: SecretBox) {
    this.#box = box
  }

  /** @returns base64 Ed25519 signatures over the UTF-8 bytes of the texts, in their order */
  signAll(texts: readonly ToSign[]): Promise<string[]> {
    if (texts.length < THREAD_FROM) {
      return Promise.all(texts.map(({ key, text }) => signOne(this.#open(key).key, text)))
    }
    return this.#signOnThread(texts)
  }

  close(): Promise<void> {
    return this.#thread.close()
  }

  async #signOnThread(texts: readonly ToSign[]): Promise<string[]> {
    const keys: [number, KeyObject][] = []
    const numbered = texts.map(({ key: row, text }): [number, string] => {
      const open = this.#open(row)
      if (!open.sent) keys.push([open.number, open.key])
      open.sent = true
      return [open.number, text]
    })
    const forget = this.#forgotten
    this.#forgotten = []
    try {
      return await this.#thread.call({ keys, forget, texts: numbered })
    } catch (error) {
      // A thread that died takes its keys with it.
      if (error instanceof ThreadDied) for (const open of this.#keys.values()) open.sent = false
      throw error
    }
  }

  #open(row: SigningKeyRow): OpenKey {
    const known = this.#keys.get(row.id)
    if (known !== undefined) return known
    if (row.sealed_seed === null) throw new Error(`signing key ${row.id} has no seed here`)
    const key = privateKeyFromSeed(this.#box.open(row.sealed_seed, row.id))
    // Bounded: a server with more keys than this opens the oldest again, which costs a decryption.
    if (this.#keys.size >= MAX_OPEN_KEYS) this.#forgetOldest()
    this.#numbers += 1
    const open: OpenKey = { key, number: this.#numbers, sent: false }
    this.#keys.set(row.id, open)
    return open
  }

  #forgetOldest(): void {
    const [oldest] = this.#keys
    if (oldest === undefined) return
    this.#keys.delete(oldest[0])
    if (oldest[1].sent) this.#forgotten.push(oldest[1].number)
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
