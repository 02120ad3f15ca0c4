import { gateKeySet, type KeySet } from '@modei/protocol/passports/key-set'
import { verifyRevocationList } from '@modei/protocol/passports/revocation-list'
import { parseTimestamp } from '@modei/protocol/time'
import { ModeiError } from '../errors.ts'
import type { GatePublic } from '../wire.ts'
import type { GateClient } from './gate-client.ts'

/** A gate as it was read at one moment. */
export interface GateView {
  readonly document: GatePublic
  readonly keys: KeySet
  readonly revokedIds: ReadonlySet<string>
  /** When the revocation list was signed; no older one is believed after it. */
  readonly listIssuedAt: string
  /** Ascending by version. */
  readonly offers: readonly CatalogOffer[]
  /** Unix milliseconds, taken before anything was asked. */
  readonly readAt: number
}

export interface CatalogOffer {
  readonly version: number
  readonly effective_at: number
}

export interface ReadGateOptions {
  readonly gateId: string
  readonly now: () => number
  readonly maxAgeMs: number
  readonly previous: GateView | undefined
}

/** Servers date their lists by the minute, so a list that was just read may say so much less than now. */
const LISTS_ARE_DATED_MS = 60_000

/** Reads all of a gate that changes. Throws when anything of it is missing, forged or old. */
export async function readGate(client: GateClient, options: ReadGateOptions): Promise<GateView> {
  const { gateId, now, previous } = options
  const readAt = now()
  const document = await client.getGatePublic(gateId)
  if (document.gate_id !== gateId) throw invalid(`the public document is that of '${document.gate_id}'`)
  const keys = gateKeySet(document)
  // An archived gate signs no list any more; nothing is decided at it either.
  if (document.deleted_at !== null) {
    return { document, keys, revokedIds: new Set(), listIssuedAt: '', offers: [], readAt }
  }
  const [revocations, offers] = await Promise.all([
    readRevocations(client, keys, options),
    readOffers(client, document, previous),
  ])
  return { document, keys, ...revocations, offers, readAt }
}

async function readRevocations(
  client: GateClient,
  keys: KeySet,
  { gateId, now, maxAgeMs, previous }: ReadGateOptions,
): Promise<Pick<GateView, 'revokedIds' | 'listIssuedAt'>> {
  const signed = await client.getGateRevocations(gateId)
  const verified = verifyRevocationList(signed, {
    gateId,
    keys,
    now: now(),
    maxAgeMs: maxAgeMs + LISTS_ARE_DATED_MS,
  })
  if (!verified.ok) throw invalid(`the revocation list is refused: ${verified.code}: ${verified.detail}`)
  const { issued_at } = verified.list
  // Times of the one signed form sort as text.
  if (previous !== undefined && issued_at < previous.listIssuedAt) {
    throw invalid(`the revocation list of ${issued_at} is older than one that was read before`)
  }
  return { revokedIds: verified.revokedIds, listIssuedAt: issued_at }
}

async function readOffers(
  client: GateClient,
  { gate_id, current_catalog_version: newest }: GatePublic,
  previous: GateView | undefined,
): Promise<readonly CatalogOffer[]> {
  if (newest === 0) return []
  // A published version never changes, nor does the time from which it holds.
  if (previous?.document.current_catalog_version === newest) return previous.offers
  const versions = await client.listCatalogVersions(gate_id)
  const offers = versions.map(({ version, effective_at }) => {
    const at = parseTimestamp(effective_at)
    if (at === undefined) throw invalid(`catalog version ${version} holds from no readable time`)
    return { version, effective_at: at }
  })
  return offers.sort((a, b) => a.version - b.version)
}

/** The catalog version that holds for passports that are pinned to none. */
export function versionInEffect({ offers }: Pick<GateView, 'offers'>, now: number): number | undefined {
  return offers.findLast(({ effective_at }) => effective_at <= now)?.version
}

export function invalid(message: string): ModeiError {
  return new ModeiError(message, { code: 'invalid_response' })
}
