import { type ConstraintMaps, readConstraintMap } from '@modei/core'
import { decodeBase64Strict, type Envelope, parseEnvelope, utf8Bytes, verifyEd25519 } from '@modei/protocol'
import type { Row, Store } from '../store/store.ts'
import { jsonObject, stringList } from './json.ts'
import { signedGrant } from './signed-grant.ts'

/** The part of a server-issued passport that never changes, parsed and verified once. */
export interface IssuedPassport {
  row: Row<'passports'>
  envelope: Envelope
  permissions: readonly string[]
  /** The constraints of the grant, as they were asked for. */
  granted: ConstraintMaps
  /** Whether the stored bytes are signed by the key that they name. */
  signature_ok: boolean
}

const MAX_CACHED = 50_000

/**
 * Server-issued passports by id. Only what can never change is kept: revocation and constraints set later
 * are read in each decision's own transaction.
 */
export class PassportCache {
  readonly #store: Store
  readonly #cached = new Map<string, IssuedPassport>()
  #hits = 0
  #misses = 0

  constructor(store: Store) {
    this.#store = store
  }

  get stats(): { hits: number; misses: number; size: number } {
    return { hits: this.#hits, misses: this.#misses, size: this.#cached.size }
  }

  async find(passportId: string): Promise<IssuedPassport | undefined> {
    const cached = this.#cached.get(passportId)
    if (cached !== undefined) {
      this.#hits += 1
      return cached
    }
    this.#misses += 1
    const row = await this.#store.read
      .selectFrom('passports')
      .selectAll()
      .where('id', '=', passportId)
      .executeTakeFirst()
    if (row === undefined) return undefined
    const passport = parse(row)
    if (this.#cached.size >= MAX_CACHED) this.#cached.delete(this.#cached.keys().next().value ?? '')
    this.#cached.set(passportId, passport)
    return passport
  }
}

function parse(row: Row<'passports'>): IssuedPassport {
  const parsed = parseEnvelope(row.passport_json)
  if (!parsed.ok) throw new Error(`the stored passport ${row.id} is not an envelope: ${parsed.detail}`)
  const permissions = stringList(row.permissions)
  const key = decodeBase64Strict(row.public_key)
  const signature = decodeBase64Strict(row.signature)
  return {
    row,
    envelope: parsed.envelope,
    permissions,
    granted:
      row.constraints === null ? signedGrant(parsed.envelope.permissions) : askedGrant(row, permissions),
    signature_ok:
      key !== undefined &&
      signature !== undefined &&
      verifyEd25519(key, utf8Bytes(row.passport_json), signature),
  }
}

function askedGrant(row: Row<'passports'>, permissions: readonly string[]): ConstraintMaps {
  const granted = readConstraintMap(jsonObject(row.constraints), permissions)
  if (!granted.ok) throw new Error(`the stored constraints of ${row.id} cannot be read`)
  return granted
}
