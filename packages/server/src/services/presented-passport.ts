import type { ConstraintInstance, Credential } from '@modei/core'
import type { LiveFacts, PassportReads } from '../store/store.ts'

/** One passport above the presented one, whose counters and limits bind it too. */
export interface Ancestor {
  counter_key: string
  /** The limits of it that apply to an action, in order of evaluation. */
  instances(facts: LiveFacts, action: string): readonly ConstraintInstance[]
}

/** A passport as a request presents it, whatever its kind. What may change is read from live facts. */
export interface PresentedPassport {
  access_mode: Credential['access_mode']
  passport_id: string
  agent_id: string
  /** Base64 key with which the holder proves possession. */
  identity_key: string
  /** The gate that issued it, or the root of its chain. */
  gate_id: string | null
  /** The workspace that issued it; null for chains rooted in a self-issued passport. */
  workspace_id: string | null
  /** Whether anyone may ask about it without a key: it, or its root, is self-issued. */
  self_rooted: boolean
  /** Whose sequence numbers its records carry. */
  sequence_key: string
  counter_key: string
  /** Root first. */
  ancestors: readonly Ancestor[]
  /** Rows to read within the decision. */
  reads: PassportReads
  catalog_pin: Credential['catalog_pin']
  credential(facts: LiveFacts, possession: Credential['possession']): Credential
  /** The limits of it that apply to an action, in order of evaluation. */
  instances(facts: LiveFacts, action: string): readonly ConstraintInstance[]
  constraint_version(facts: LiveFacts): number
  /** Whether `gate` accepts its issuer; meaningful for passports of issuers only. */
  issuer: { issuer_id: string; workspace_id: string } | null
}
