import { formatTimestamp, type Gate, type GatePublic, ModeiProblem } from '@modei/protocol'
import type { Kysely } from 'kysely'
import type { Caller } from '../http/call.ts'
import { type Page, type Position, pageOf } from '../http/page.ts'
import type { Database } from '../store/schema.ts'
import type { IdempotencyClaim, Row } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import { findNumberInEffect } from './catalog-rows.ts'
import { sealChain } from './checkpoints.ts'
import { denyOpenHolds } from './deny-open-holds.ts'
import { stringList } from './json.ts'
import { before } from './paging.ts'
import { signedRetention } from './retention-statements.ts'
import type { Services } from './services.ts'
import { addSigningKey, publishedKeys } from './signing-keys.ts'

type Profile = Row<'gates'>['profile']

export interface GateSettings {
  name: string
  description: string | null
  profile: Profile
  allow_self_issued: boolean
  is_discoverable: boolean
  trusted_issuers: readonly string[]
}

type GateRow = Row<'gates'> & {
  version_in_effect: number | null
  public_key: string | null
  signing_key_id: string | null
  total_checks: number | null
  allowed: number | null
  denied: number | null
  last_check_at: number | null
}

function gateRows(db: Kysely<Database>, now: number) {
  return db
    .selectFrom('gates')
    .leftJoin('signing_keys', (join) =>
      join.onRef('signing_keys.owner_id', '=', 'gates.id').on('signing_keys.status', '=', 'active'),
    )
    .leftJoin('chains', 'chains.chain_id', 'gates.id')
    .selectAll('gates')
    .select([
      'signing_keys.public_key as public_key',
      'signing_keys.id as signing_key_id',
      'chains.total_checks',
      'chains.allowed',
      'chains.denied',
      'chains.last_check_at',
    ])
    .select(({ selectFrom }) =>
      selectFrom('catalog_versions as c')
        .select(({ fn }) => fn.max('c.version').as('version'))
        .whereRef('c.gate_id', '=', 'gates.id')
        .where('c.effective_at', '<=', now)
        .as('version_in_effect'),
    )
}

function view(row: GateRow): Gate {
  return {
    gate_id: row.id,
    name: row.name,
    description: row.description,
    profile: row.profile,
    allow_self_issued: row.allow_self_issued === 1,
    is_discoverable: row.is_discoverable === 1,
    trusted_issuers: stringList(row.trusted_issuers),
    current_catalog_version: row.version_in_effect ?? 0,
    created_at: formatTimestamp(row.created_at),
    deleted_at: row.deleted_at === null ? null : formatTimestamp(row.deleted_at),
    public_key: row.public_key ?? '',
    signing_key_id: row.signing_key_id ?? '',
    stats: {
      total_checks: row.total_checks ?? 0,
      allowed: row.allowed ?? 0,
      denied: row.denied ?? 0,
      last_check_at: row.last_check_at === null ? null : formatTimestamp(row.last_check_at),
    },
  }
}

export function gateNotFound(gateId: string): ModeiProblem {
  return new ModeiProblem('not_found', `no gate \`${gateId}\``)
}

/** The caller's gate; another workspace's answers like one that does not exist. */
export async function findOwnGate(
  db: Kysely<Database>,
  workspaceId: string,
  gateId: string,
): Promise<Row<'gates'>> {
  const row = await db
    .selectFrom('gates')
    .selectAll()
    .where('id', '=', gateId)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
  if (row === undefined) throw gateNotFound(gateId)
  return row
}

/** An archived gate keeps its history and changes no more. */
export function refuseArchived(gate: Row<'gates'>): void {
  if (gate.deleted_at !== null) throw new ModeiProblem('conflict', `the gate \`${gate.id}\` is archived`)
}

function refuseUnsafeProfile(settings: Pick<GateSettings, 'profile' | 'allow_self_issued'>): void {
  if (settings.profile === 'L1' || !settings.allow_self_issued) return
  throw new ModeiProblem(
    'request_invalid',
    `a gate of profile ${settings.profile} cannot allow self-issued passports`,
    {
      errors: [
        { pointer: '/body/allow_self_issued', message: `must be false at profile ${settings.profile}` },
      ],
    },
  )
}

async function getGateView(
  db: Kysely<Database>,
  workspaceId: string,
  gateId: string,
  now: number,
): Promise<Gate> {
  const row = await gateRows(db, now)
    .where('gates.id', '=', gateId)
    .where('gates.workspace_id', '=', workspaceId)
    .executeTakeFirst()
  if (row === undefined) throw gateNotFound(gateId)
  return view(row)
}

export function createGate(
  { store, box }: Services,
  caller: Caller,
  request: GateSettings & { gate_id: string },
  claim: IdempotencyClaim | null,
): Promise<Gate> {
  refuseUnsafeProfile(request)
  const gateId = request.gate_id.startsWith('gate_') ? request.gate_id : `gate_${request.gate_id}`
  return writeOnce(store, claim, async (tx, now) => {
    const taken = await tx.selectFrom('gates').select('id').where('id', '=', gateId).executeTakeFirst()
    if (taken !== undefined) throw new ModeiProblem('already_exists', `the gate id \`${gateId}\` is taken`)
    await tx
      .insertInto('gates')
      .values({
        id: gateId,
        workspace_id: caller.workspace_id,
        name: request.name,
        description: request.description,
        profile: request.profile,
        allow_self_issued: request.allow_self_issued ? 1 : 0,
        is_discoverable: request.is_discoverable ? 1 : 0,
        trusted_issuers: JSON.stringify(request.trusted_issuers),
        compromised_keys: '[]',
        current_catalog_version: 0,
        created_at: now,
        deleted_at: null,
      })
      .execute()
    await addSigningKey(tx, box, { workspace_id: caller.workspace_id, owner_id: gateId }, now)
    return getGateView(tx, caller.workspace_id, gateId, now)
  })
}

export async function listGates(
  { store }: Services,
  caller: Caller,
  limit: number,
  position: Position | undefined,
): Promise<Page<Gate[]>> {
  const rows = await gateRows(store.read, await store.now())
    .where('gates.workspace_id', '=', caller.workspace_id)
    .where('gates.deleted_at', 'is', null)
    .$if(position !== undefined, (query) => query.where(before(position, 'gates')))
    .orderBy('gates.created_at', 'desc')
    .orderBy('gates.id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, (row) => ({ at: row.created_at, id: row.id }), view)
}

export async function getGate({ store }: Services, caller: Caller, gateId: string): Promise<Gate> {
  return getGateView(store.read, caller.workspace_id, gateId, await store.now())
}

export function updateGate(
  { store }: Services,
  caller: Caller,
  gateId: string,
  changes: { [K in keyof GateSettings]?: GateSettings[K] | undefined },
): Promise<Gate> {
  return store.write(async (tx, now) => {
    const row = await findOwnGate(tx, caller.workspace_id, gateId)
    refuseArchived(row)
    const profile = changes.profile ?? row.profile
    const allowSelfIssued = changes.allow_self_issued ?? row.allow_self_issued === 1
    refuseUnsafeProfile({ profile, allow_self_issued: allowSelfIssued })
    await tx
      .updateTable('gates')
      .set({
        name: changes.name ?? row.name,
        description: changes.description === undefined ? row.description : changes.description,
        profile,
        allow_self_issued: allowSelfIssued ? 1 : 0,
        is_discoverable: (changes.is_discoverable ?? row.is_discoverable === 1) ? 1 : 0,
        trusted_issuers:
          changes.trusted_issuers === undefined
            ? row.trusted_issuers
            : JSON.stringify(changes.trusted_issuers),
      })
      .where('id', '=', gateId)
      .execute()
    return getGateView(tx, caller.workspace_id, gateId, now)
  })
}

/** Archives a gate. Its open holds are denied and its chain is sealed first, while its key still signs. */
export async function deleteGate(
  services: Services,
  caller: Caller,
  gateId: string,
): Promise<{ deleted: true }> {
  const row = await findOwnGate(services.store.read, caller.workspace_id, gateId)
  if (row.deleted_at !== null) return { deleted: true }
  await denyOpenHolds(services, caller, gateId)
  await services.store.write(async (tx, now) => {
    const gate = await findOwnGate(tx, caller.workspace_id, gateId)
    const chain = { chain_id: gateId, workspace_id: gate.workspace_id }
    if (gate.deleted_at === null) await sealChain(services, tx, chain, now)
    await tx
      .updateTable('gates')
      .set({ deleted_at: now })
      .where('id', '=', gateId)
      .where('deleted_at', 'is', null)
      .execute()
  })
  return { deleted: true }
}

/** A gate's public keys and profile. Archived gates keep theirs, so that what they signed can be verified. */
export async function getGatePublic({ store }: Services, gateId: string): Promise<GatePublic> {
  const row = await store.findGate(gateId)
  if (row === undefined) throw gateNotFound(gateId)
  const inEffect = await findNumberInEffect(store.read, gateId, await store.now())
  return {
    gate_id: row.id,
    name: row.name,
    profile: row.profile,
    allow_self_issued: row.allow_self_issued === 1,
    trusted_issuers: stringList(row.trusted_issuers),
    current_catalog_version: inEffect ?? 0,
    deleted_at: row.deleted_at === null ? null : formatTimestamp(row.deleted_at),
    signing_keys: await publishedKeys(store.read, gateId),
    retention: await signedRetention(store.read, gateId),
  }
}
