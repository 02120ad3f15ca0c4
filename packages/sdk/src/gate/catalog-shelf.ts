import { type CatalogEntry, type CatalogFacts, readSnapshot } from '@modei/core'
import { decodeBase64Strict } from '@modei/protocol/crypto/base64'
import { canonicalJson } from '@modei/protocol/crypto/canonical-json'
import { verifyEd25519 } from '@modei/protocol/crypto/ed25519'
import { utf8Bytes } from '@modei/protocol/crypto/utf8'
import { isTrustedKey, type KeySet } from '@modei/protocol/passports/key-set'
import { NotFoundError } from '../errors.ts'
import type { PublishedCatalog } from '../wire.ts'
import type { GateClient } from './gate-client.ts'
import { invalid } from './gate-view.ts'

interface ShelvedCatalog {
  readonly content_hash: string
  readonly entries: ReadonlyMap<string, CatalogEntry>
}

const MAX_VERSIONS = 100

/** Published catalog versions of one gate. One never changes, so each is read and verified once. */
export class CatalogShelf {
  readonly #client: GateClient
  readonly #gateId: string
  readonly #versions = new Map<number, ShelvedCatalog>()

  constructor(client: GateClient, gateId: string) {
    this.#client = client
    this.#gateId = gateId
  }

  /** What a version says of an action. Throws when it cannot be read or is not what the gate signed. */
  async facts(version: number, action: string, keys: KeySet): Promise<CatalogFacts> {
    const catalog = this.#versions.get(version) ?? (await this.#read(version, keys))
    if (catalog === undefined) return { known: false, version }
    const { content_hash, entries } = catalog
    return { known: true, version, content_hash, entry: entries.get(action) ?? null }
  }

  async #read(version: number, keys: KeySet): Promise<ShelvedCatalog | undefined> {
    // A pin is a holder's word until its passport is verified, and even then the version may never have been.
    if (!Number.isSafeInteger(version) || version < 1) return undefined
    const published = await this.#fetch(version)
    if (published === undefined) return undefined
    const catalog = verified(published, this.#gateId, version, keys)
    if (this.#versions.size >= MAX_VERSIONS) this.#versions.delete(this.#versions.keys().next().value ?? 0)
    this.#versions.set(version, catalog)
    return catalog
  }

  async #fetch(version: number): Promise<PublishedCatalog | undefined> {
    try {
      return await this.#client.getCatalogVersion(this.#gateId, version)
    } catch (error) {
      if (error instanceof NotFoundError) return undefined
      throw error
    }
  }
}

function verified(
  published: PublishedCatalog,
  gateId: string,
  version: number,
  keys: KeySet,
): ShelvedCatalog {
  const text = canonicalJson(published.catalog_snapshot)
  const key = keys.findKey({ type: 'gate', id: gateId, key_id: published.signing_key_id })
  if (key === undefined || !isTrustedKey(key) || !signs(key.public_key, text, published.signature)) {
    throw invalid(`catalog version ${version} is not signed by a trusted key of the gate`)
  }
  const snapshot = readSnapshot(text, published.content_hash)
  if (snapshot.gate_id !== gateId || snapshot.version !== version) {
    throw invalid(`catalog version ${version} is another one: ${snapshot.gate_id} ${snapshot.version}`)
  }
  const { content_hash } = published
  return {
    content_hash,
    entries: new Map(snapshot.permissions.map((entry) => [entry.permission_key, entry])),
  }
}

function signs(publicKeyB64: string, text: string, signatureB64: string): boolean {
  const publicKey = decodeBase64Strict(publicKeyB64)
  const signature = decodeBase64Strict(signatureB64)
  return (
    publicKey !== undefined && signature !== undefined && verifyEd25519(publicKey, utf8Bytes(text), signature)
  )
}
