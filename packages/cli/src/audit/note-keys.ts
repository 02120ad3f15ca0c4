import { isId } from '@modei/protocol/ids'
import type { LogKeys } from 'modei'

/**
 * The keys that may have signed a note: those that were given, or else the log's own.
 * @param id the gate, or the workspace
 * @param own of the log. Their ids name it even where none of them is believed
 * @param given base64 public keys
 */
export function noteKeys(id: string, own: LogKeys['signing_keys'], given: readonly string[]): LogKeys {
  const isWorkspace: boolean = isId('workspace', id)
  const owner = isWorkspace ? { workspace_id: id } : { gate_id: id }
  if (given.length === 0) return { ...owner, signing_keys: own }
  return {
    ...owner,
    signing_keys: [
      ...own.map((key) => ({ ...key, status: 'compromised' })),
      ...given.map((public_key) => ({ key_id: '', public_key })),
    ],
  }
}
