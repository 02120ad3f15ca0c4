import { type VerifiedRetention, verifyRetention } from '@modei/protocol/crypto/retention-statement'
import { z } from 'zod'
import type { Kept } from './kept-checkpoints.ts'
import { readSignedCheckpoint, SignedCheckpoint } from './signed-checkpoint.ts'

const Members = {
  signing_keys: z.array(
    z.object({ key_id: z.string(), public_key: z.string(), status: z.string().optional() }),
  ),
  retention: z.unknown().optional(),
}
const Keys = z.union([
  z
    .object({ gate_id: z.string(), ...Members })
    .transform(({ gate_id, ...rest }) => ({ ...rest, chain_id: gate_id })),
  z
    .object({ workspace_id: z.string(), ...Members })
    .transform(({ workspace_id, ...rest }) => ({ ...rest, chain_id: workspace_id })),
])
/** What `modei audit export` writes beside the records, and `modei gates get-public` answers. */
const Beside = z.union([
  z.object({ public: Keys, checkpoint: SignedCheckpoint.nullish() }),
  Keys.transform((document) => ({ public: document, checkpoint: null })),
])

export interface Trusted {
  /** Public key by signing key id, of each chain. */
  chains: Map<string, Map<string, string>>
  /** Keys whose signatures count only as far as a checkpoint reaches. */
  compromised: Set<string>
  checkpoints: Map<string, { chain_index: number; chain_hash: string }>
  /** Checkpoints that somebody kept elsewhere. */
  kept: Map<string, Kept[]>
  /** Where chains begin whose oldest records were removed, as a believed key of the chain signed it. */
  retention: Map<string, VerifiedRetention>
}

export function noTrust(): Trusted {
  return {
    chains: new Map(),
    compromised: new Set(),
    checkpoints: new Map(),
    kept: new Map(),
    retention: new Map(),
  }
}

/**
 * Adds the keys of a gate or a workspace, and what it signed beside them once the signatures hold: its checkpoint, and
 * where its log begins. @throws {Error} when one does not
 */
export function trust(trusted: Trusted, value: unknown): void {
  const parsed = Beside.safeParse(value)
  if (!parsed.success)
    throw new Error(
      'the keys are no public document of a gate (`modei gates get-public --json`) or of a workspace',
    )
  const { chain_id, signing_keys, retention } = parsed.data.public
  const keys = new Map(signing_keys.map(({ key_id, public_key }) => [key_id, public_key]))
  trusted.chains.set(chain_id, keys)
  for (const { key_id, status } of signing_keys) {
    if (status !== undefined && status !== 'active' && status !== 'retired') trusted.compromised.add(key_id)
  }
  trustStatement(trusted, chain_id, retention)
  const { checkpoint } = parsed.data
  if (checkpoint === null || checkpoint === undefined) return
  const text = readSignedCheckpoint(checkpoint, (_, keyId) => [keys.get(keyId) ?? ''])
  // Whoever has the key can have signed it yesterday.
  if (trusted.compromised.has(checkpoint.signing_key_id)) return
  if (text.chain_id !== chain_id)
    throw new Error(`the checkpoint is that of ${text.chain_id} and not of ${chain_id}`)
  if (text.chain_hash !== null && text.chain_index > 0) {
    trusted.checkpoints.set(chain_id, { chain_index: text.chain_index, chain_hash: text.chain_hash })
  }
}

/**
 * Adds where a log begins, from a public document whose keys count for nothing here: it is believed by the keys
 * that are trusted already. @throws {Error} when it says nothing of it, or none of them signed it
 */
export function trustRetention(trusted: Trusted, value: unknown): void {
  const parsed = Beside.safeParse(value)
  if (!parsed.success || !trustStatement(trusted, parsed.data.public.chain_id, parsed.data.public.retention))
    throw new Error('this says nothing that can be believed of where a log begins')
}

/** @returns whether there was a statement, and it is believed */
function trustStatement(trusted: Trusted, chainId: string, statement: unknown): boolean {
  if (statement === null || statement === undefined) return false
  const { signing_key_id: keyId } = z.object({ signing_key_id: z.string() }).parse(statement)
  // Whoever has that key can say that any record was removed.
  if (trusted.compromised.has(keyId)) return false
  const keys = trusted.chains.get(chainId)
  const verdict = verifyRetention(statement, chainId, (id) => keys?.get(id))
  if (!verdict.ok)
    throw new Error(`where the log of ${chainId} begins is not to be believed: ${verdict.reason}`)
  trusted.retention.set(chainId, verdict.retention)
  return true
}
