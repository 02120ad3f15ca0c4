import { sha256Hex } from '@modei/protocol'
import { readAttestation } from '@modei/protocol/crypto/chain-record'
import type { Row } from '../store/store.ts'
import { newestCheckpoint } from './checkpoints.ts'
import type { Services } from './services.ts'

type Attestation = Row<'attestations'>

/** Records that are read at once on the way to a checkpoint. */
const SLICE = 500

/**
 * Whether a checkpoint of before a moment covers a record: from the record on, every link leads to the hash that was
 * signed then. So the record was there, and whoever got hold of the key later did not make it.
 */
export async function isCovered({ store }: Services, record: Attestation, before: number): Promise<boolean> {
  const checkpoint = await store.read
    .selectFrom('checkpoints')
    .selectAll()
    .where('chain_id', '=', record.chain_id)
    .where('chain_index', '>=', record.chain_index)
    .where('issued_at', '<', before)
    .orderBy('chain_index')
    .limit(1)
    .executeTakeFirst()
  if (checkpoint === undefined) return false
  let last: Pick<Attestation, 'chain_index' | 'chain_hash'> | undefined
  while ((last?.chain_index ?? 0) < checkpoint.chain_index) {
    const from = (last?.chain_index ?? record.chain_index - 1) + 1
    const slice = await store.read
      .selectFrom('attestations')
      .select(['chain_index', 'chain_hash', 'attestation_json'])
      .where('chain_id', '=', record.chain_id)
      .where('chain_index', '>=', from)
      .where('chain_index', '<=', Math.min(checkpoint.chain_index, from + SLICE - 1))
      .orderBy('chain_index')
      .execute()
    if (slice.length === 0) return false
    for (const link of slice) {
      if (!follows(last, link, from === record.chain_index && last === undefined)) return false
      last = link
    }
  }
  return last?.chain_hash === checkpoint.chain_hash
}

function follows(
  last: Pick<Attestation, 'chain_index' | 'chain_hash'> | undefined,
  link: Pick<Attestation, 'chain_index' | 'chain_hash' | 'attestation_json'>,
  isFirst: boolean,
): boolean {
  if (sha256Hex(link.attestation_json) !== link.chain_hash) return false
  if (isFirst) return true
  const text = readAttestation(link.attestation_json)
  return (
    typeof text !== 'string' &&
    last !== undefined &&
    link.chain_index === last.chain_index + 1 &&
    text.previous_hash === last.chain_hash
  )
}

/** What the checkpoints that were kept say against a record: another one stood there, or the chain went on after it. */
export async function checkpointFault(
  { store }: Services,
  record: Attestation,
  isHead: boolean,
): Promise<'checkpoint_mismatch' | 'truncated' | null> {
  const own = await store.read
    .selectFrom('checkpoints')
    .select('chain_hash')
    .where('chain_id', '=', record.chain_id)
    .where('chain_index', '=', record.chain_index)
    .executeTakeFirst()
  if (own !== undefined && own.chain_hash !== record.chain_hash) return 'checkpoint_mismatch'
  if (!isHead) return null
  const newest = await newestCheckpoint(store.read, record.chain_id)
  return newest !== undefined && newest.chain_index > record.chain_index ? 'truncated' : null
}
