import { encodeBase64 } from '@modei/protocol/crypto/base64'
import {
  importSigningKey,
  publicKeyFromSeed,
  type SigningKey,
  signWith,
} from '@modei/protocol/crypto/ed25519'
import { deriveSelfAgentId } from '@modei/protocol/passports/agent-id'
import { formatTimestamp } from '@modei/protocol/time'
import { randomBytes } from './random.ts'

export interface AgentCredentialsInit {
  /** The 32-byte Ed25519 seed. */
  readonly privateKeySeed: Uint8Array
  /** When the key was made; now, if it is left out. */
  readonly createdAt?: string
}

// Beside the objects and not in them: browsers' consoles print private members too.
const keys = new WeakMap<AgentCredentials, SigningKey>()

/**
 * An agent's Ed25519 key pair in memory. It is never printed: inspecting, logging or serialising it shows the public
 * half. Files are read and written by the class of the same name in `modei/credentials`.
 */
export class AgentCredentials {
  readonly publicKey: Uint8Array
  /** UTC, to the second. */
  readonly createdAt: string

  constructor(init: AgentCredentialsInit) {
    keys.set(this, importSigningKey(init.privateKeySeed))
    this.publicKey = publicKeyFromSeed(init.privateKeySeed)
    this.createdAt = init.createdAt ?? formatTimestamp(Date.now()).replace(/\.\d{3}Z$/, 'Z')
  }

  /** A new key pair from the platform's random source. Nothing is stored. */
  static generate(): AgentCredentials {
    return new AgentCredentials({ privateKeySeed: randomBytes(32) })
  }

  /** Standard base64, as envelopes carry it. */
  get publicKeyB64(): string {
    return encodeBase64(this.publicKey)
  }

  /** The id of an agent that names itself by its key. */
  get agentId(): string {
    return deriveSelfAgentId(this.publicKeyB64)
  }

  /** A copy of the 32-byte seed. Whoever holds it is the agent. */
  get privateKey(): Uint8Array {
    return keyOf(this).seed.slice()
  }

  sign(message: Uint8Array): Uint8Array {
    return signWith(keyOf(this), message)
  }

  toString(): string {
    return `AgentCredentials { agentId: '${this.agentId}' }`
  }

  toJSON(): { agentId: string } {
    return { agentId: this.agentId }
  }

  /** What `console.log` shows in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

function keyOf(credentials: AgentCredentials): SigningKey {
  const key = keys.get(credentials)
  if (key === undefined) throw new TypeError('not agent credentials')
  return key
}
