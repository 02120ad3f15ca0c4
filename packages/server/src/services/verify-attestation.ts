import { decodeBase64Strict, utf8Bytes, type VerifyResult, verifyEd25519 } from '@modei/protocol'
import type { ChainLink, ChainRecord } from '@modei/protocol/crypto/chain-record'
import {
  type ChainFaultReason,
  type ChainVerdict,
  chainVerifier,
} from '@modei/protocol/crypto/chain-verifier'
import type { Caller } from '../http/call.ts'
import type { Row } from '../store/store.ts'
import { findOwnAttestation } from './attestations.ts'
import { checkpointFault, isCovered } from './checkpoint-cover.ts'
import { verifiedRetention } from './retention-statements.ts'
import type { Services } from './services.ts'

/** Verifies one record against its key and its neighbours: the record before it, itself, the one after it, and the head. */
export async function verifyAttestation(
  services: Services,
  caller: Caller,
  id: string,
): Promise<VerifyResult> {
  const row = await findOwnAttestation(services, caller, id)
  const { store } = services
  const signers = await chainSigners(services, row.chain_id)
  const keys = new Map(signers.map((key) => [key.id, key.public_key]))
  const neighbours = await store.read
    .selectFrom('attestations')
    .selectAll()
    .where('chain_id', '=', row.chain_id)
    .where('chain_index', '>=', row.chain_index - 1)
    .where('chain_index', '<=', row.chain_index + 1)
    .orderBy('chain_index')
    .execute()
  const head = await store.read
    .selectFrom('chains')
    .select(['head_index', 'head_hash'])
    .where('chain_id', '=', row.chain_id)
    .executeTakeFirst()
  const signatureOk = isSigned(row, keys)
  const retention = await verifiedRetention(store.read, row.chain_id, signers)
  const before =
    neighbours.find(({ chain_index }) => chain_index === row.chain_index - 1) ??
    (retention?.first_kept_index === row.chain_index ? retention.start : undefined)
  const fault =
    neighbourFault(row, { before, after: neighbours.at(-1) }, head, keys) ??
    (await checkpointFault(services, row, head?.head_index === row.chain_index))
  const signer = signers.find(({ id: key }) => key === row.signing_key_id)
  const vouchedFor =
    signer?.status !== 'compromised' || (await isCovered(services, row, signer.retired_at ?? 0))
  const reason =
    fault ?? (signatureOk ? null : 'signature_invalid') ?? (vouchedFor ? null : 'signing_key_compromised')
  return {
    valid: reason === null,
    signature_ok: signatureOk,
    chain_ok: fault === null || fault === 'signature_invalid' || fault === 'key_unknown',
    reason,
    signing_key_id: row.signing_key_id,
    kept_from: retention?.first_kept_index ?? null,
  }
}

/** The keys that sign a chain or did, compromised ones included: they still tell whether a text was changed. */
function chainSigners({ store }: Services, chainId: string) {
  return store.read
    .selectFrom('signing_keys')
    .select(['id', 'public_key', 'status', 'retired_at'])
    .where('owner_id', '=', chainId)
    .execute()
}

function isSigned(row: Row<'attestations'>, keys: ReadonlyMap<string, string>): boolean {
  const key = decodeBase64Strict(keys.get(row.signing_key_id) ?? '')
  const signature = decodeBase64Strict(row.signature)
  return (
    key !== undefined &&
    signature !== undefined &&
    verifyEd25519(key, utf8Bytes(row.attestation_json), signature)
  )
}

type NeighbourFault = ChainFaultReason | 'successor_missing' | 'predecessor_missing'

function neighbourFault(
  row: Row<'attestations'>,
  beside: { before: ChainLink | undefined; after: Row<'attestations'> | undefined },
  head: { head_index: number; head_hash: string | null } | undefined,
  keys: ReadonlyMap<string, string>,
): NeighbourFault | null {
  // Where a record stands is where it happened: a gate's records are in its own chain and nowhere else.
  if (row.gate_id !== null && row.gate_id !== row.chain_id) return 'column_mismatch'
  const { before } = beside
  const after = beside.after?.chain_index === row.chain_index + 1 ? beside.after : undefined
  if (before === undefined && row.chain_index > 1) return 'predecessor_missing'
  const isHead = head?.head_index === row.chain_index
  if (after === undefined && !isHead) return 'successor_missing'
  const options = {
    findPublicKey: (id: string) => keys.get(id),
    start:
      before === undefined ? undefined : { chain_index: before.chain_index, chain_hash: before.chain_hash },
    checkpoint:
      isHead && head.head_hash !== null
        ? { chain_index: head.head_index, chain_hash: head.head_hash }
        : undefined,
  }
  const verifier = chainVerifier(options)
  const faults = [row, ...(after === undefined ? [] : [chainRecord(after)])].map(verifier.next)
  const fault = faults.find((found) => found !== undefined)
  if (fault !== undefined) return fault.reason
  const end: ChainVerdict = verifier.end()
  return end.ok ? null : end.reason
}

/** A neighbour without the columns that are only its own concern. */
function chainRecord(row: Row<'attestations'>): ChainRecord {
  const { attestation_json, signature, signing_key_id, chain_index, chain_hash } = row
  return { attestation_json, signature, signing_key_id, chain_index, chain_hash }
}
