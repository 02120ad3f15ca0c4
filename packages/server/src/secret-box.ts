import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** Seals secrets at rest with AES-256-GCM under the server's master key. The label is authenticated. */
export class SecretBox {
  readonly #key: Buffer

  /** @param secret the master secret, any text of at least 32 characters */
  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'utf8'), '', 'modei signing keys', 32))
  }

  seal(plain: Uint8Array, label: string): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    cipher.setAAD(Buffer.from(label, 'utf8'))
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
  }

  /** Throws when the text was sealed under another key or label. */
  open(sealed: string, label: string): Uint8Array {
    const bytes = Buffer.from(sealed, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12))
    decipher.setAAD(Buffer.from(label, 'utf8'))
    decipher.setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
  }

  /** Another name for a text: always the same here, and useless to whoever does not hold the master secret. */
  pseudonym(text: string, label: string): string {
    return createHmac('sha256', this.#key).update(`modei pseudonym ${label}\n`).update(text).digest('hex')
  }

  /** A value to store, by which a later start notices that it was given another secret. */
  fingerprint(): string {
    return createHash('sha256').update('modei secret check').update(this.#key).digest('hex')
  }
}
