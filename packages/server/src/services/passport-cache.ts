import { type ConstraintMaps, type Credential, readConstraintMap, termsOf } from '@modei/core'
import {
  decodeBase64Strict,
  deriveTier,
  type Envelope,
  parseEnvelope,
  parseTimestamp,
  utf8Bytes,
  verifyEd25519,
} from '@modei/protocol'
import { NewestMap } from '../newest-map.ts'
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
  /** What is presented of it, apart from what a decision finds out. */
  credential: Omit<Credential, 'revoked' | 'possession'>
}

const MAX_CACHED = 50_000

/**
 * Server-issued passports by id. Only what can never change is kept: revocation and constraints set later
 * are read in each decision's own transaction.
 */
export class PassportCache {
  readonly #store: Store
  readonly #cached = new NewestMap<IssuedPassport>(MAX_CACHED)
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
    // A copy, see `oneRow` of the embedded store: this row is read in decision after decision.
    const passport = parse({ ...row })
    this.#cached.set(passportId, passport)
    return passport
  }
}

function parse(row: Row<'passports'>): IssuedPassport {
  const parsed = parseEnvelope(row.passport_json)
  if (!parsed.ok) throw new Error(`the stored passport ${row.id} is not an envelope: ${parsed.detail}`)
  const { envelope } = parsed
  const permissions = stringList(row.permissions)
  return {
    row,
    envelope,
    permissions,
    granted: row.constraints === null ? signedGrant(envelope.permissions) : askedGrant(row, permissions),
    credential: {
      access_mode: 'passport',
      passport_id: row.id,
      agent_id: row.agent_id,
      agent_name: row.agent_name,
      permissions,
      terms: termsOf(envelope.permissions),
      gate_id: row.gate_id,
      root: row.gate_id === null ? 'platform' : 'gate',
      expires_at: envelope.provenance.expires_at,
      // An unreadable expiry counts as long past.
      expires_at_ms: parseTimestamp(envelope.provenance.expires_at) ?? 0,
      tier: deriveTier(envelope),
      malformed: isSigned(row)
        ? null
        : {
            reason: 'signature_invalid',
            detail: 'the stored passport is not signed by the key that it names',
          },
      catalog_pin: pinOf(row),
    },
  }
}

function isSigned(row: Row<'passports'>): boolean {
  const key = decodeBase64Strict(row.public_key)
  const signature = decodeBase64Strict(row.signature)
  if (key === undefined || signature === undefined) return false
  return verifyEd25519(key, utf8Bytes(row.passport_json), signature)
}

function pinOf(row: Row<'passports'>): Credential['catalog_pin'] {
  return row.catalog_version === null || row.catalog_content_hash === null
    ? null
    : { version: row.catalog_version, content_hash: row.catalog_content_hash }
}

function askedGrant(row: Row<'passports'>, permissions: readonly string[]): ConstraintMaps {
  const granted = readConstraintMap(jsonObject(row.constraints), permissions)
  if (!granted.ok) throw new Error(`the stored constraints of ${row.id} cannot be read`)
  return granted
}
