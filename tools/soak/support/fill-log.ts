import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { canonicalJson, formatTimestamp } from '@modei/protocol'

const ROWS_PER_TRANSACTION = 50_000
/** The log begins this long ago, and ends where its first genuine record stands. */
const SPAN_MS = 30 * 24 * 3_600_000

type Value = string | number | null

/**
 * Writes so many records into the log of an embedded database whose server is stopped, in the form of the records that
 * are there: chained, numbered and counted, over all its passports. Only their signatures are copies, which nothing
 * that decides looks at.
 */
export function fillLog(file: string, rows: number, onProgress: (done: number) => void): void {
  const db = new DatabaseSync(file)
  // Nothing here must survive a crash, and the server sets its own mode again.
  db.exec('pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -200000')
  const samples = db
    .prepare(
      `select a.*, c.head_index, c.head_hash, n.sequence_number as last_number from attestations a
       join chains c on c.chain_id = a.chain_id
       join counters n on n.workspace_id = a.workspace_id and n.counter_key = a.sequence_key
       where a.sequence_number = n.sequence_number`,
    )
    .all()
  if (samples.length === 0) throw new Error('there is no record to take the form of')
  const columns = db
    .prepare('select name from pragma_table_info(?)')
    .all('attestations')
    .map(({ name }) => String(name))
  const insert = db.prepare(
    `insert into attestations (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`,
  )
  const contents = samples.map((sample) => JSON.parse(String(sample.attestation_json)))
  const numbers = samples.map((sample) => Number(sample.last_number))
  const heads = new Map(
    samples.map((sample) => [
      String(sample.chain_id),
      { index: Number(sample.head_index), hash: String(sample.head_hash) },
    ]),
  )
  const start = Math.max(...samples.map((sample) => Number(sample.created_at)))
  for (let done = 0; done < rows; ) {
    const until = Math.min(rows, done + ROWS_PER_TRANSACTION)
    db.exec('begin')
    for (; done < until; done += 1) {
      const turn = done % samples.length
      const sample = samples[turn]
      const head = heads.get(String(sample?.chain_id))
      if (sample === undefined || head === undefined) throw new Error('a chain is missing')
      const created_at = start - SPAN_MS + Math.floor((SPAN_MS * done) / rows)
      const id = `enf_fill${String(done).padStart(20, '0')}`
      const sequence_number = (numbers[turn] ?? 0) + 1
      numbers[turn] = sequence_number
      head.index += 1
      const attestation_json = canonicalJson({
        ...contents[turn],
        attestation_id: id,
        sequence_number,
        chain_index: head.index,
        previous_hash: head.hash,
        created_at: formatTimestamp(created_at),
      })
      head.hash = createHash('sha256').update(attestation_json).digest('hex')
      const chain_index = head.index
      const chain_hash = head.hash
      const own = { id, sequence_number, chain_index, chain_hash, attestation_json, created_at }
      const row: Record<string, Value> = { ...sample, ...own } as Record<string, Value>
      insert.run(...columns.map((column) => row[column] ?? null))
    }
    db.exec('commit')
    onProgress(done)
  }
  const setCounter = db.prepare(
    'update counters set sequence_number = ? where workspace_id = ? and counter_key = ?',
  )
  for (const [turn, sample] of samples.entries()) {
    setCounter.run(numbers[turn] ?? 0, String(sample.workspace_id), String(sample.sequence_key))
  }
  const setHead = db.prepare('update chains set head_index = ?, head_hash = ? where chain_id = ?')
  for (const [chain, { index, hash }] of heads) setHead.run(index, hash, chain)
  db.close()
}
