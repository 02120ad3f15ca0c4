import type { Receipt } from '@modei/core'
import {
  decodeBase64Strict,
  importPublicKey,
  utf8Bytes,
  type VerifyKey,
  verifyWithAsync,
} from '@modei/protocol'
import { chainHash } from '@modei/protocol/crypto/chain'
import type { Row, Store } from '../store/store.ts'
import { jsonObject } from './json.ts'

export interface VerifiedReceipts {
  receipts: Receipt[]
  currency: string | null
  /** Receipts whose signature or text does not hold. */
  excluded: number
}

type ReceiptRow = Pick<
  Row<'attestations'>,
  'id' | 'attestation_json' | 'chain_hash' | 'signature' | 'signing_key_id'
>

/** Verifies consumption records on the thread pool and reads what was signed, not the columns beside it. */
export async function verifyReceipts(
  store: Store,
  gateId: string,
  rows: readonly ReceiptRow[],
): Promise<VerifiedReceipts> {
  const keys = await gateKeys(store, gateId)
  const receipts: Receipt[] = []
  let currency: string | null = null
  let excluded = 0
  const read = await Promise.all(rows.map((row) => readReceipt(row, gateId, keys)))
  for (const receipt of read) {
    if (receipt === null) excluded += 1
    else {
      receipts.push(receipt)
      currency ??= receipt.currency
    }
  }
  return { receipts, currency, excluded }
}

async function gateKeys(store: Store, gateId: string): Promise<Map<string, VerifyKey>> {
  const rows = await store.read
    .selectFrom('signing_keys')
    .select(['id', 'public_key', 'status'])
    .where('owner_id', '=', gateId)
    .execute()
  const keys = new Map<string, VerifyKey>()
  for (const row of rows) {
    const bytes = decodeBase64Strict(row.public_key)
    const key = bytes === undefined ? undefined : importPublicKey(bytes)
    // A compromised key may have signed receipts for uses that never were.
    if (key !== undefined && row.status !== 'compromised') keys.set(row.id, key)
  }
  return keys
}

async function readReceipt(
  row: ReceiptRow,
  gateId: string,
  keys: ReadonlyMap<string, VerifyKey>,
): Promise<(Receipt & { currency: string }) | null> {
  const key = keys.get(row.signing_key_id)
  const signature = decodeBase64Strict(row.signature)
  if (key === undefined || signature === undefined) return null
  if (chainHash(row.attestation_json) !== row.chain_hash) return null
  if (!(await verifyWithAsync(key, utf8Bytes(row.attestation_json), signature))) return null
  const signed = jsonObject(row.attestation_json)
  const { attestation_id: id, type, gate_id: gate, action, outcome, quantity, currency } = signed
  const { cost_cents: cost, platform_fee_cents: fee } = signed
  const isReceipt =
    id === row.id &&
    type === 'consumption' &&
    gate === gateId &&
    typeof action === 'string' &&
    typeof outcome === 'string' &&
    typeof currency === 'string' &&
    [quantity, cost, fee].every((amount) => Number.isSafeInteger(amount) && Number(amount) >= 0)
  if (!isReceipt) return null
  return {
    attestation_id: row.id,
    action,
    outcome,
    quantity: Number(quantity),
    cost_cents: Number(cost),
    platform_fee_cents: Number(fee),
    currency,
  }
}
