import { verifyAttestationSignature } from 'modei'
import { z } from 'zod'

/** What `modei attestations get-gate-checkpoint` answers. */
export const SignedCheckpoint = z.object({
  checkpoint_json: z.string(),
  signature: z.string(),
  signing_key_id: z.string(),
})
const Text = z
  .object({
    gate_id: z.string().nullable(),
    chain_id: z.string(),
    chain_index: z.int().nonnegative(),
    chain_hash: z.string().nullable(),
  })
  // A gate's records are in its own chain; a workspace's chain has no gate.
  .refine(({ gate_id, chain_id }) => gate_id === null || gate_id === chain_id)
export type LinkCheckpoint = z.infer<typeof Text>

/**
 * Reads a signed checkpoint, once its signature holds.
 * @param findKeys base64 public keys that may have signed it
 * @throws {Error} when none of them did
 */
export function readSignedCheckpoint(
  value: unknown,
  findKeys: (chainId: string, signingKeyId: string) => readonly string[],
): LinkCheckpoint {
  const { checkpoint_json, signature, signing_key_id } = SignedCheckpoint.parse(value)
  const text = Text.parse(JSON.parse(checkpoint_json))
  const isSigned = findKeys(text.chain_id, signing_key_id).some((key) =>
    verifyAttestationSignature(checkpoint_json, signature, key),
  )
  if (!isSigned) throw new Error(`the checkpoint of ${text.chain_id} is not signed by a key of that log`)
  return text
}
