import { formatTimestamp, type KeyRotated, ModeiProblem } from '@modei/protocol'
import type { Transaction } from 'kysely'
import type { Caller } from '../http/call.ts'
import type { Database } from '../store/schema.ts'
import type { IdempotencyClaim } from '../store/store.ts'
import { writeOnce } from '../store/write-once.ts'
import { findOwnGate, refuseArchived } from './gates.ts'
import { findLiveIssuer } from './issuers.ts'
import { stringList } from './json.ts'
import { restateRetention } from './retention-statements.ts'
import type { Services } from './services.ts'
import { addSigningKey, retireSigningKey } from './signing-keys.ts'

export interface KeyRotation {
  /** The old key may be in other hands: what it signed counts no longer by itself. */
  compromised: boolean
}

/** Gives a gate a new key. What the old one signed verifies for ever, unless it was compromised. */
export function rotateGateKey(
  services: Services,
  caller: Caller,
  gateId: string,
  rotation: KeyRotation,
  claim: IdempotencyClaim | null,
): Promise<KeyRotated> {
  return writeOnce(services.store, claim, async (tx, now) => {
    const gate = await findOwnGate(tx, caller.workspace_id, gateId)
    refuseArchived(gate)
    const rotated = await rotate(
      services,
      tx,
      { workspace_id: gate.workspace_id, owner_id: gateId },
      rotation,
      now,
    )
    if (rotation.compromised) {
      const keys = withKey(gate.compromised_keys, rotated.previous_key_id)
      await tx.updateTable('gates').set({ compromised_keys: keys }).where('id', '=', gateId).execute()
      await restateRetention(services.box, tx, gateId, now)
    }
    return rotated
  })
}

/** Gives an issuer a new key, where the server keeps its keys. */
export function rotateIssuerKey(
  services: Services,
  caller: Caller,
  issuerId: string,
  rotation: KeyRotation,
  claim: IdempotencyClaim | null,
): Promise<KeyRotated> {
  return writeOnce(services.store, claim, async (tx, now) => {
    const issuer = await findLiveIssuer(tx, caller, issuerId)
    if (issuer.external_public_key !== null) {
      throw new ModeiProblem('issuer_key_external', `the issuer \`${issuerId}\` keeps its key itself`)
    }
    const owner = { workspace_id: issuer.workspace_id, owner_id: issuerId }
    const rotated = await rotate(services, tx, owner, rotation, now)
    if (rotation.compromised) {
      const keys = withKey(issuer.compromised_keys, rotated.previous_key_id)
      await tx.updateTable('issuers').set({ compromised_keys: keys }).where('id', '=', issuerId).execute()
    }
    return rotated
  })
}

async function rotate(
  { box }: Services,
  tx: Transaction<Database>,
  owner: { workspace_id: string; owner_id: string },
  { compromised }: KeyRotation,
  now: number,
): Promise<KeyRotated> {
  const previous = await retireSigningKey(tx, owner.owner_id, compromised ? 'compromised' : 'retired', now)
  if (previous === undefined) throw new Error(`${owner.owner_id} has no active signing key`)
  const key = await addSigningKey(tx, box, owner, now)
  return {
    signing_key_id: key.id,
    public_key: key.public_key,
    previous_key_id: previous,
    compromised,
    rotated_at: formatTimestamp(now),
  }
}

function withKey(list: string, keyId: string): string {
  return JSON.stringify([...stringList(list), keyId])
}
