import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import type { SecretBox } from '../secret-box.ts'
import { ThreadCalls, threadFile, WORTH_A_THREAD } from '../thread-calls.ts'
import type { SigningKeyRow } from './flush.ts'
import type { KeyDelivery } from './sign-texts.ts'
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

/** Which keys a thread has that signs. */
export class GivenKeys {
  readonly ids = new Set<string>()
  anew = false

  /** The thread is to begin anew, or has ended and will. */
  forget(): void {
    this.ids.clear()
    this.anew = true
  }
}

/** Signs with keys that are sealed at rest and opened once. No signature is made on the thread that calls. */
export class Signer {
  readonly #box: SecretBox
  readonly #keys = new Map<string, KeyObject>()
  readonly #maxKeys: number
  readonly #thread: ThreadCalls<SignRequest, string[]>
  readonly #given = new GivenKeys()

  constructor(box: SecretBox, maxKeys = 10_000) {
    this.#box = box
    this.#maxKeys = maxKeys
    const file = threadFile(import.meta.url, './sign-thread')
    this.#thread = new ThreadCalls(file, null, () => this.#given.forget())
  }

  /** @returns base64 Ed25519 signatures over the UTF-8 bytes of the texts, in their order */
  async signAll(texts: readonly ToSign[]): Promise<string[]> {
    if (texts.length < WORTH_A_THREAD) {
      return Promise.all(texts.map(({ key, text }) => signOne(this.#open(key), text)))
    }
    const delivery = this.deliver(
      texts.map(({ key }) => key),
      this.#given,
    )
    return this.#thread.call({ ...delivery, texts: texts.map(({ key, text }) => [key.id, text]) })
  }

  /**
   * The keys that a thread lacks of these. They count as given from now on.
   * @throws when one of them cannot be opened: then none counts as given
   */
  deliver(rows: readonly SigningKeyRow[], given: GivenKeys): KeyDelivery {
    const lacking = new Map<string, KeyObject>()
    // Bounded: a thread that has more keys than this is given them again. Before a batch and not within it, so that it
    // has all the keys that it needs.
    if (given.ids.size >= this.#maxKeys) given.forget()
    for (const row of rows)
      if (!given.ids.has(row.id) && !lacking.has(row.id)) lacking.set(row.id, this.#open(row))
    for (const id of lacking.keys()) given.ids.add(id)
    const { anew } = given
    given.anew = false
    return { anew, keys: [...lacking] }
  }

  close(): Promise<void> {
    return this.#thread.close()
  }

  #open(row: SigningKeyRow): KeyObject {
    const known = this.#keys.get(row.id)
    if (known !== undefined) return known
    if (row.sealed_seed === null) throw new Error(`signing key ${row.id} has no seed here`)
    const key = privateKeyFromSeed(this.#box.open(row.sealed_seed, row.id))
    // Bounded: a server with more keys than this opens them again, each of which costs a decryption.
    if (this.#keys.size >= this.#maxKeys) this.#keys.clear()
    this.#keys.set(row.id, key)
    return key
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
