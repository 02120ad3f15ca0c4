import type { LogKeys } from 'modei'

/**
 * The keys that may have signed a note: those that were given, or else the gate's own.
 * @param own of the gate. Their ids name the log even where none of them is believed
 * @param given base64 public keys
 */
export function noteKeys(gate_id: string, own: LogKeys['signing_keys'], given: readonly string[]): LogKeys {
  if (given.length === 0) return { gate_id, signing_keys: own }
  return {
    gate_id,
    signing_keys: [
      ...own.map((key) => ({ ...key, status: 'compromised' })),
      ...given.map((public_key) => ({ key_id: '', public_key })),
    ],
  }
}
