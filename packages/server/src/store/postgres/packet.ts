/**
 * Messages to the database, all of one trip in one piece of memory. `pg` makes some of its own for each message and each
 * parameter, all of which V8 has to be told of: so much that it searches its whole heap for some that is free again,
 * twice a second. Source: “Frontend/Backend Protocol, Message Formats” in PostgreSQL's documentation.
 */

const TEXT_OID = 25
const BIGINT_OID = 20
const ARRAY_HEADER_BYTES = 20
/** UTF-8 takes no more for one code unit of a JavaScript string. */
const MOST_BYTES = 3
const FIRST_BYTES = 1 << 16
/** What a larger packet needed is not kept. */
const KEPT_BYTES = 1 << 24

/** Lists are sent in PostgreSQL's binary form: nothing in it is quoted, so nothing can be quoted wrongly. */
export type ListParameter =
  | { element: 'text'; values: readonly (string | null)[] }
  | { element: 'bigint'; values: readonly (number | null)[] }

export type Parameter = string | ListParameter

class PacketWriter {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES)
  #at = 0

  /** Asks for a statement to be parsed and kept under a name, or under none for the next one alone. */
  parse(name: string, text: string): void {
    const start = this.#begin('P')
    this.#zeroTerminated(name)
    this.#zeroTerminated(text)
    this.#int16(0) // types of parameters, which the text tells
    this.#end(start)
  }

  bind(name: string, parameters: readonly Parameter[]): void {
    const start = this.#begin('B')
    this.#zeroTerminated('') // the portal
    this.#zeroTerminated(name)
    this.#int16(parameters.length)
    for (const parameter of parameters) this.#int16(typeof parameter === 'string' ? 0 : 1)
    this.#int16(parameters.length)
    for (const parameter of parameters) {
      if (typeof parameter === 'string') this.#text(parameter)
      else this.#sizedList(parameter)
    }
    this.#int16(0) // results come as text
    this.#end(start)
  }

  describe(): void {
    const start = this.#begin('D')
    this.#zeroTerminated('P')
    this.#end(start)
  }

  execute(): void {
    const start = this.#begin('E')
    this.#zeroTerminated('')
    this.#int32(0) // all rows
    this.#end(start)
  }

  /** Asks for what is answered so far. */
  flush(): void {
    this.#end(this.#begin('H'))
  }

  sync(): void {
    this.#end(this.#begin('S'))
  }

  list({ element, values }: ListParameter): void {
    this.#reserve(ARRAY_HEADER_BYTES)
    this.#int32(1) // dimensions
    this.#int32(1) // may hold nulls
    this.#int32(element === 'text' ? TEXT_OID : BIGINT_OID)
    this.#int32(values.length)
    this.#int32(1) // index of the first element
    for (const value of values) {
      if (value === null) this.#int32(-1)
      else if (typeof value === 'string') this.#text(value)
      else this.#bigint(value)
    }
  }

  /** A copy of what was written, of its own size. */
  take(): Buffer {
    const taken = Buffer.from(this.#buffer.subarray(0, this.#at))
    this.#at = 0
    if (this.#buffer.length > KEPT_BYTES) this.#buffer = Buffer.allocUnsafe(FIRST_BYTES)
    return taken
  }

  /** Forgets what was written, where it could not be written to its end. */
  discard(): void {
    this.#at = 0
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes
    if (needed <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }

  /** @returns where its length is to be written when it is known */
  #begin(code: string): number {
    this.#reserve(5)
    this.#at = this.#buffer.writeUInt8(code.charCodeAt(0), this.#at)
    return this.#skipLength()
  }

  #skipLength(): number {
    const start = this.#at
    this.#int32(0)
    return start
  }

  /** The length of a message counts itself. */
  #end(start: number): void {
    this.#buffer.writeInt32BE(this.#at - start, start)
  }

  #sizedList(parameter: ListParameter): void {
    const start = this.#skipLength()
    this.list(parameter)
    this.#buffer.writeInt32BE(this.#at - start - 4, start)
  }

  #int16(value: number): void {
    this.#reserve(2)
    this.#at = this.#buffer.writeInt16BE(value, this.#at)
  }

  #int32(value: number): void {
    this.#reserve(4)
    this.#at = this.#buffer.writeInt32BE(value, this.#at)
  }

  #zeroTerminated(text: string): void {
    this.#reserve(text.length * MOST_BYTES + 1)
    this.#at += this.#buffer.write(text, this.#at)
    this.#at = this.#buffer.writeUInt8(0, this.#at)
  }

  /** With its length before it, which nobody measures beforehand: that goes through the text as well. */
  #text(text: string): void {
    this.#reserve(4 + text.length * MOST_BYTES)
    const written = this.#buffer.write(text, this.#at + 4)
    this.#buffer.writeInt32BE(written, this.#at)
    this.#at += 4 + written
  }

  /** Throws a RangeError for what is no safe integer. */
  #bigint(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no safe integer`)
    this.#reserve(12)
    this.#buffer.writeInt32BE(8, this.#at)
    // Its halves, of which the lower is `value` modulo 2^32: a BigInt in between takes longer than all the rest.
    this.#buffer.writeInt32BE(Math.floor(value / 2 ** 32), this.#at + 4)
    this.#at = this.#buffer.writeUInt32BE(value >>> 0, this.#at + 8)
  }
}

const writer = new PacketWriter()

/** @returns what was written, as it is sent */
export function packetOf(write: (packet: PacketWriter) => void): Buffer {
  try {
    write(writer)
    return writer.take()
  } catch (error) {
    writer.discard()
    throw error
  }
}

/** A `text[]` as a parameter of a query of `pg`'s. */
export function textArray(values: readonly string[]): Buffer {
  return packetOf((packet) => packet.list({ element: 'text', values }))
}
