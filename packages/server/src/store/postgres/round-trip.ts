import type { Connection, PoolClient, QueryResultRow, Submittable } from 'pg'
import { type Parameter, packetOf } from './packet.ts'
import type { StatementNames } from './statement-names.ts'
import { safeTypes } from './type-parsers.ts'

export interface Statement {
  text: string
  parameters: readonly Parameter[]
  /** Whether anybody wants its rows. */
  reads: boolean
}

export interface StatementResult {
  /** None of a statement that does not read. */
  rows: QueryResultRow[]
  /** As in `INSERT 0 1`. */
  command: string
}

export interface TripOptions {
  names: StatementNames
  /** Milliseconds after which a server that has not answered is given up, and the connection with it. */
  silenceMs: number
}

/**
 * Sends statements in one packet, to be answered in one: they end in one Sync, and not each in its own as queries do
 * that are pipelined one by one. An answer of its own wakes the process for each, and the database asks for the next
 * one each time, which costs a small flush more than what the statements do.
 * After one that fails the database skips the rest, and the transaction is to be rolled back.
 * @param onWritten called when the last but one has ended, before the last one
 */
export function roundTrip(
  client: PoolClient,
  statements: readonly Statement[],
  options: TripOptions,
  onWritten?: () => void,
): Promise<StatementResult[]> {
  return new Promise((resolve, reject) => {
    client.query(new RoundTrip(statements, options, onWritten, { resolve, reject }))
  })
}

interface FieldMessage {
  name: string
  dataTypeID: number
}

/** How the rows of a statement are read. */
class Columns {
  readonly #columns: readonly { name: string; parse(text: string): unknown }[]
  /** A row without values, so that all rows have one shape. */
  readonly #empty: QueryResultRow

  constructor(fields: readonly FieldMessage[]) {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: safeTypes.getTypeParser(dataTypeID, 'text'),
    }))
    this.#empty = Object.fromEntries(fields.map(({ name }) => [name, null]))
  }

  read(values: readonly (string | null)[]): QueryResultRow {
    const row = { ...this.#empty }
    for (let i = 0; i < this.#columns.length; i += 1) {
      const column = this.#columns[i]
      const value = values[i]
      if (column === undefined || value === undefined)
        throw new Error('the database answered with other columns')
      if (value !== null) row[column.name] = column.parse(value)
    }
    return row
  }
}

/** What is known of one connection. */
class Known {
  /** Statements that the server keeps for it. */
  readonly names = new Set<string>()
  /** Of statements by their names: the database refuses to run one that would have others by now. */
  readonly columns = new Map<string, Columns>()
  /** What was sent to be parsed and is not acknowledged yet, in its order: names, or none of a statement without one. */
  parsing: (string | undefined)[] = []
  isWaiting = false
  readonly #silence: NodeJS.Timeout

  constructor({ stream }: Connection, silenceMs: number) {
    // One for all trips: one for each would stay in memory, with all that it refers to, for as long as it was to wait.
    this.#silence = setTimeout(() => {
      if (this.isWaiting) stream.destroy()
    }, silenceMs).unref()
  }

  await(): void {
    this.isWaiting = true
    this.#silence.refresh()
  }
}

const connections = new WeakMap<Connection, Known>()

function knownOf(connection: Connection, silenceMs: number): Known {
  const known = connections.get(connection)
  if (known !== undefined) return known
  const fresh = new Known(connection, silenceMs)
  connection.on('parseComplete', () => {
    const name = fresh.parsing.shift()
    if (name !== undefined) fresh.names.add(name)
  })
  connections.set(connection, fresh)
  return fresh
}

interface Sent {
  name: string | undefined
  reads: boolean
}

interface Waiting {
  resolve(results: StatementResult[]): void
  reject(error: unknown): void
}

/** A query to `pg`, whose client calls these methods. */
class RoundTrip implements Submittable {
  readonly #options: TripOptions
  readonly #onWritten: (() => void) | undefined
  readonly #waiting: Waiting
  readonly #sent: Sent[] = []
  readonly #results: StatementResult[] = []
  #statements: readonly Statement[]
  #known: Known | undefined
  #columns: Columns | undefined
  #rows: QueryResultRow[] = []
  #failure: unknown = null

  constructor(
    statements: readonly Statement[],
    options: TripOptions,
    onWritten: (() => void) | undefined,
    waiting: Waiting,
  ) {
    this.#statements = statements
    this.#options = options
    this.#onWritten = onWritten
    this.#waiting = waiting
  }

  /** @returns why nothing was sent, which the client then tells */
  submit(connection: Connection): unknown {
    const known = knownOf(connection, this.#options.silenceMs)
    this.#known = known
    // The trip before was answered to its end, so nothing of it is acknowledged any more.
    known.parsing = []
    try {
      connection.stream.write(this.#packet(known))
    } catch (error) {
      return error
    }
    // They are on their way, and as large as all that is written.
    this.#statements = []
    known.await()
    this.#expect()
    return undefined
  }

  #packet({ names: kept, columns, parsing }: Known): Buffer {
    const { names } = this.#options
    return packetOf((packet) => {
      for (const [index, { text, parameters, reads }] of this.#statements.entries()) {
        const isLast = index === this.#statements.length - 1
        if (isLast && this.#onWritten !== undefined) packet.flush()
        const name = names.nameOf(text)
        if (name === undefined || !(kept.has(name) || parsing.includes(name))) {
          packet.parse(name ?? '', text)
          parsing.push(name)
        }
        packet.bind(name ?? '', parameters)
        if (reads && (name === undefined || !columns.has(name))) packet.describe()
        packet.execute()
        this.#sent.push({ name, reads })
      }
      packet.sync()
    })
  }

  /** What is answered now. */
  get #current(): Sent {
    return this.#sent[this.#results.length] ?? { name: undefined, reads: false }
  }

  #expect(): void {
    const { name } = this.#current
    this.#rows = []
    this.#columns = name === undefined ? undefined : this.#known?.columns.get(name)
  }

  handleRowDescription({ fields }: { fields: readonly FieldMessage[] }): void {
    const { name } = this.#current
    this.#columns = new Columns(fields)
    if (name !== undefined) this.#known?.columns.set(name, this.#columns)
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (!this.#current.reads) return
    try {
      if (this.#columns === undefined) throw new Error('the database described no columns')
      this.#rows.push(this.#columns.read(fields))
    } catch (error) {
      // What cannot be read must not pass for what is not there.
      this.#failure = error
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#results.push({ rows: this.#rows, command: text })
    if (this.#results.length === this.#sent.length - 1) this.#onWritten?.()
    this.#expect()
  }

  handleError(error: unknown): void {
    this.#end()
    this.#waiting.reject(error)
  }

  handleReadyForQuery(): void {
    this.#end()
    if (this.#results.length < this.#sent.length) this.#failure ??= new Error('the database left answers out')
    if (this.#failure === null) this.#waiting.resolve(this.#results)
    else this.#waiting.reject(this.#failure)
  }

  #end(): void {
    if (this.#known !== undefined) this.#known.isWaiting = false
  }
}
