import { createHash } from 'node:crypto'
import { createWriteStream, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  canonicalJson,
  encodeBase64,
  growEdge,
  type HashedNode,
  joinNodes,
  leafHash,
  logCheckpointText,
  publicKeyFromSeed,
  type RetentionCut,
  retentionText,
  signEd25519,
  utf8Bytes,
  writeNote,
} from '@modei/protocol'
import { importSigningKey, signWithAsync } from '@modei/protocol/crypto/ed25519'

const GATE = 'gate_large'
const KEY_ID = 'sk_00000000largeexport00000'
const SEED = new Uint8Array(32).fill(7)
const STARTED = Date.UTC(2026, 0, 1)
/** Records that are signed at once. */
const BATCH = 512

export interface SignedExport {
  /** Public document of the gate, as `modei audit verify --keys` reads it. */
  keys: { gate_id: string; signing_keys: { key_id: string; public_key: string; status: string }[] }
  /** One record each, as the server exports them. */
  lines: AsyncIterable<string>
}

export interface History {
  /** Makes another history: this record says something else, and all after it are linked and signed anew. */
  rewrittenAt?: number
}

/** The note that the gate would sign over the first records. */
export function signedNote(records: readonly string[]): string {
  const origin = `modei/${GATE}/${KEY_ID}`
  const edge: HashedNode[] = []
  growEdge(
    edge,
    0,
    records.map((line) => leafHash(Buffer.from(JSON.parse(line).attestation_json))),
  )
  const root_hash = joinNodes(edge.map(({ hash }) => hash))
  const text = logCheckpointText({ origin, tree_size: records.length, root_hash })
  const signature = signEd25519(utf8Bytes(text), SEED)
  return writeNote(text, { name: origin, public_key: publicKeyFromSeed(SEED) }, signature)
}

/** What the gate would sign when these records are removed, as it stands in its public document. */
export function signedRemoval(records: readonly string[], changes: Partial<RetentionCut> = {}) {
  const edge: HashedNode[] = []
  const parsed = records.map((line) => JSON.parse(line))
  growEdge(
    edge,
    0,
    parsed.map(({ attestation_json }) => leafHash(Buffer.from(attestation_json))),
  )
  const statement_json = retentionText({
    chain_id: GATE,
    first_kept_index: records.length + 1,
    previous_hash: parsed.at(-1)?.chain_hash,
    subtree_hashes: edge.map(({ hash }) => hash),
    issued_at: '2026-06-01T00:00:00.000Z',
    signing_key_id: KEY_ID,
    ...changes,
  })
  const signature = encodeBase64(signEd25519(utf8Bytes(statement_json), SEED))
  return { first_kept_index: records.length + 1, statement_json, signature, signing_key_id: KEY_ID }
}

/**
 * A chain as a server would export it: every record linked to the one before and truly signed. It is made as it is
 * read, so its length costs no memory.
 */
export function signedExport(records: number, history: History = {}): SignedExport {
  return {
    keys: {
      gate_id: GATE,
      signing_keys: [{ key_id: KEY_ID, public_key: encodeBase64(publicKeyFromSeed(SEED)), status: 'active' }],
    },
    lines: makeLines(records, history),
  }
}

/** Writes FILE and FILE.keys.json. */
export async function writeSignedExport(file: string, records: number): Promise<void> {
  const { keys, lines } = signedExport(records)
  await pipeline(Readable.from(lines, { highWaterMark: 64 }), createWriteStream(file))
  writeFileSync(`${file}.keys.json`, JSON.stringify(keys))
}

async function* makeLines(records: number, { rewrittenAt }: History): AsyncGenerator<string> {
  const key = importSigningKey(SEED)
  let previous: string | null = null
  for (let from = 1; from <= records; from += BATCH) {
    const batch: ReturnType<typeof makeRecord>[] = []
    for (let index = from; index < Math.min(from + BATCH, records + 1); index += 1) {
      const record = makeRecord(index, previous, index === rewrittenAt ? 1 : 900)
      previous = record.chain_hash
      batch.push(record)
    }
    const signatures = await Promise.all(
      batch.map(({ attestation_json }) => signWithAsync(key, Buffer.from(attestation_json))),
    )
    let text = ''
    for (const [i, record] of batch.entries()) {
      text += `${JSON.stringify({ ...record, signature: encodeBase64(signatures[i] ?? new Uint8Array()) })}\n`
    }
    yield text
  }
}

function makeRecord(index: number, previous_hash: string | null, cost_cents: number) {
  const number = String(index).padStart(15, '0')
  const shown = {
    attestation_id: `enf_${number}`,
    type: 'enforcement',
    gate_id: GATE,
    passport_id: `pp_large${index % 100}`,
    agent_id: `agent-${index % 100}`,
    action: 'flights:book',
    target: 'https://api.example.com/v2/bookings',
    reason_code: null,
    signing_key_id: KEY_ID,
    sequence_number: Math.floor((index - 1) / 100) + 1,
    chain_index: index,
    created_at: new Date(STARTED + index).toISOString(),
  }
  const attestation_json = canonicalJson({
    ...shown,
    chain_id: GATE,
    cost_cents,
    decision: 'allow',
    previous_hash,
    constraint_version: 3,
    counters: {
      before: { spent_cents: 900 * (index - 1), permits: index - 1 },
      after: { spent_cents: 900 * index, permits: index },
    },
    evaluations: EVALUATIONS,
  })
  const chain_hash = createHash('sha256').update(attestation_json).digest('hex')
  return { id: shown.attestation_id, ...shown, decision: 'PERMIT', attestation_json, chain_hash }
}

const EVALUATIONS = ['core:rate:max_per_minute', 'core:cost:max_per_day'].map((constraint_key) => ({
  constraint_key,
  result: 'pass',
  source: 'passport',
  limit: 50_000,
  requested: 900,
}))
