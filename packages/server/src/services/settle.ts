import { type Receipt, readPeriod, totalReceipts } from '@modei/core'
import {
  canonicalJson,
  encodeBase64,
  formatTimestamp,
  ModeiProblem,
  type SettlementSummary,
  sha256Hex,
  signEd25519,
  utf8Bytes,
} from '@modei/protocol'
import type { Kysely, Transaction } from 'kysely'
import type { Caller } from '../http/call.ts'
import { newId } from '../new-id.ts'
import type { Database } from '../store/schema.ts'
import type { IdempotencyClaim, Row } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import { findOwnGate, refuseArchived } from './gates.ts'
import type { Services } from './services.ts'
import { settlementView } from './settlement-view.ts'
import { getActiveKey, openSeed } from './signing-keys.ts'
import { verifyReceipts } from './verify-receipts.ts'

export interface SettlementRequest {
  gate_id: string
  period_type: 'daily' | 'weekly' | 'monthly'
  period_start: string
  period_end: string
  agent_id?: string | undefined
}

export interface Settled {
  settlement: SettlementSummary
  /** False when nothing was left to settle and an earlier settlement is answered. */
  created: boolean
}

const PAGE = 2000

/** Settles every consumption of a period that is in no settlement yet. Each is verified, and settled at most once. */
export async function settle(
  services: Services,
  caller: Caller,
  request: SettlementRequest,
  claim: IdempotencyClaim | null,
): Promise<Settled> {
  const { store } = services
  const period = readPeriod(request.period_type, request.period_start, request.period_end)
  if (typeof period === 'string') {
    throw new ModeiProblem('request_invalid', `\`period_end\` ${period}`, {
      errors: [{ pointer: '/body/period_end', message: period }],
    })
  }
  const gate = await findOwnGate(store.read, caller.workspace_id, request.gate_id)
  const verified = new Map<string, Receipt>()
  let excluded = 0
  let currency: string | null = null
  for await (const rows of unsettled(store.scan, request, period)) {
    const page = await verifyReceipts(store, gate.id, rows)
    for (const receipt of page.receipts) verified.set(receipt.attestation_id, receipt)
    excluded += page.excluded
    currency ??= page.currency
  }
  return writeOnce(store, claim, async (tx, now) => {
    // Read anew: it may have been archived while the receipts were verified.
    refuseArchived(await findOwnGate(tx, caller.workspace_id, gate.id))
    const receipts = await stillUnsettled(tx, verified)
    if (receipts.length === 0) {
      const existing = await findExisting(tx, caller.workspace_id, request)
      if (existing !== undefined) return { settlement: settlementView(existing), created: false }
    }
    const row = await insertSettlement(services, tx, caller, request, {
      receipts,
      excluded,
      currency: currency ?? (await gateCurrency(tx, gate.id)),
      now,
    })
    return { settlement: settlementView(row), created: true }
  })
}

async function* unsettled(
  db: Kysely<Database>,
  request: SettlementRequest,
  period: { from: number; until: number },
): AsyncGenerator<
  Pick<Row<'attestations'>, 'id' | 'attestation_json' | 'chain_hash' | 'signature' | 'signing_key_id'>[]
> {
  let after = 0
  while (true) {
    let query = db
      .selectFrom('attestations')
      .leftJoin('settlement_lines', 'settlement_lines.attestation_id', 'attestations.id')
      .select([
        'attestations.id',
        'attestations.attestation_json',
        'attestations.chain_hash',
        'attestations.signature',
        'attestations.signing_key_id',
        'attestations.chain_index',
      ])
      .where('attestations.chain_id', '=', request.gate_id)
      .where('attestations.type', '=', 'consumption')
      .where('attestations.created_at', '>=', period.from)
      .where('attestations.created_at', '<', period.until)
      .where('settlement_lines.attestation_id', 'is', null)
      .where('attestations.chain_index', '>', after)
    if (request.agent_id !== undefined) query = query.where('attestations.agent_id', '=', request.agent_id)
    const rows = await query.orderBy('attestations.chain_index').limit(PAGE).execute()
    if (rows.length > 0) yield rows
    if (rows.length < PAGE) return
    after = rows.at(-1)?.chain_index ?? after
  }
}

/** Those that no other settlement took since they were read. */
async function stillUnsettled(
  tx: Transaction<Database>,
  verified: ReadonlyMap<string, Receipt>,
): Promise<Receipt[]> {
  const taken = new Set<string>()
  const ids = [...verified.keys()]
  for (let i = 0; i < ids.length; i += 500) {
    const rows = await tx
      .selectFrom('settlement_lines')
      .select('attestation_id')
      .where('attestation_id', 'in', ids.slice(i, i + 500))
      .execute()
    for (const row of rows) taken.add(row.attestation_id)
  }
  return [...verified.values()].filter(({ attestation_id }) => !taken.has(attestation_id))
}

function findExisting(tx: Transaction<Database>, workspaceId: string, request: SettlementRequest) {
  return tx
    .selectFrom('settlements')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('gate_id', '=', request.gate_id)
    .where('agent_id', request.agent_id === undefined ? 'is' : '=', request.agent_id ?? null)
    .where('period_type', '=', request.period_type)
    .where('period_start', '=', request.period_start)
    .where('period_end', '=', request.period_end)
    .where('status', '!=', 'void')
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .executeTakeFirst()
}

async function gateCurrency(tx: Transaction<Database>, gateId: string): Promise<string> {
  const row = await tx
    .selectFrom('catalog_versions')
    .select('currency')
    .where('gate_id', '=', gateId)
    .where('currency', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return row?.currency ?? 'USD'
}

interface Found {
  receipts: readonly Receipt[]
  excluded: number
  currency: string
  now: number
}

async function insertSettlement(
  { box }: Services,
  tx: Transaction<Database>,
  caller: Caller,
  request: SettlementRequest,
  { receipts, excluded, currency, now }: Found,
): Promise<Row<'settlements'>> {
  const key = await getActiveKey(tx, request.gate_id)
  const totals = exactTotals(receipts)
  const id = newId('stl', now)
  const terms = {
    gate_id: request.gate_id,
    agent_id: request.agent_id ?? null,
    period_type: request.period_type,
    period_start: request.period_start,
    period_end: request.period_end,
    total_cost_cents: totals.total_cost_cents,
    total_platform_fee_cents: totals.total_platform_fee_cents,
    total_transactions: totals.total_transactions,
    excluded_count: excluded,
    currency,
  }
  const ids = receipts.map(({ attestation_id }) => attestation_id).sort()
  const json = canonicalJson({
    ...terms,
    settlement_id: id,
    permission_breakdown: totals.permission_breakdown,
    outcome_breakdown: totals.outcome_breakdown,
    // Names exactly which receipts were settled, so that the list can be proved later.
    receipts_hash: sha256Hex(canonicalJson(ids)),
    signing_key_id: key.id,
    created_at: formatTimestamp(now),
  })
  const row: Row<'settlements'> = {
    ...terms,
    id,
    workspace_id: caller.workspace_id,
    settlement_json: json,
    content_hash: sha256Hex(json),
    signature: encodeBase64(signEd25519(utf8Bytes(json), openSeed(box, key))),
    signing_key_id: key.id,
    public_key: key.public_key,
    status: 'pending',
    created_at: now,
  }
  await tx.insertInto('settlements').values(row).execute()
  for (let i = 0; i < ids.length; i += 500) {
    const lines = ids.slice(i, i + 500).map((attestation_id) => ({ attestation_id, settlement_id: id }))
    await tx.insertInto('settlement_lines').values(lines).execute()
  }
  return row
}

function exactTotals(receipts: readonly Receipt[]): ReturnType<typeof totalReceipts> {
  try {
    return totalReceipts(receipts)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const message = 'holds more than one settlement can sum exactly: settle a shorter one, or agent by agent'
    throw new ModeiProblem('request_invalid', `the period ${message}`, {
      errors: [{ pointer: '/body/period_end', message }],
    })
  }
}
