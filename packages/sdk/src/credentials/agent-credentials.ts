import {
  type AgentCredentialsInit,
  AgentCredentials as MemoryCredentials,
} from '../passport/agent-credentials.ts'
import { randomBytes } from '../passport/random.ts'
import { createSecretFile, readSecretFile, replaceSecretFile } from './credentials-file.ts'
import { resolveCredentialsPath } from './credentials-path.ts'
import { readCredentialsText, writeCredentialsText } from './credentials-text.ts'

/**
 * An agent's key pair that lives in a file, which the Python package reads and writes too. Paths that are left out
 * come from `MODEI_CREDENTIALS_PATH`.
 */
export class AgentCredentials extends MemoryCredentials {
  /** A new key pair. Nothing is stored before `save`. */
  static override generate(): AgentCredentials {
    return new AgentCredentials({ privateKeySeed: randomBytes(32) })
  }

  /**
   * Reads a file. Throws the system's error (`ENOENT`) when there is none, and a `ModeiError` when others may read it
   * (`credentials_exposed`) or its parts do not belong together (`credentials_invalid`).
   */
  static load(path?: string): AgentCredentials {
    const resolved = resolveCredentialsPath(path)
    return new AgentCredentials(readCredentialsText(readSecretFile(resolved), resolved))
  }

  /** Reads a file, or makes one with a new key pair. Processes that do so at once end up with the same key pair. */
  static loadOrCreate(path?: string): AgentCredentials {
    const resolved = resolveCredentialsPath(path)
    try {
      return AgentCredentials.load(resolved)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
    const made = AgentCredentials.generate()
    return createSecretFile(resolved, writeCredentialsText(made)) ? made : AgentCredentials.load(resolved)
  }

  /** Writes the file as a whole, for its owner only, over what may be there. */
  save(path?: string): void {
    replaceSecretFile(resolveCredentialsPath(path), writeCredentialsText(this))
  }
}

export type { AgentCredentialsInit }
