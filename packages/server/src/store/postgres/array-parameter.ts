const TEXT_OID = 25
const BIGINT_OID = 20
const HEADER_BYTES = 20

function header(buffer: Buffer, elementOid: number, length: number): void {
  buffer.writeInt32BE(1, 0) // dimensions
  buffer.writeInt32BE(1, 4) // may hold nulls
  buffer.writeInt32BE(elementOid, 8)
  buffer.writeInt32BE(length, 12)
  buffer.writeInt32BE(1, 16) // index of the first element
}

/** Where texts are written before it is known how long they are; as large as the largest array yet, or nearly. */
let scratch = Buffer.alloc(1 << 16)
const KEPT_BYTES = 1 << 24
/** UTF-8 takes no more for one code unit of a JavaScript string. */
const MOST_BYTES = 3

/** A `text[]` in PostgreSQL's binary form: nothing in it is quoted, so nothing can be quoted wrongly. */
export function textArray(values: readonly (string | null)[]): Buffer {
  let most = HEADER_BYTES
  for (const value of values) most += 4 + (value === null ? 0 : value.length * MOST_BYTES)
  // Written once and copied is cheaper than measured first, which goes through each text as well.
  const buffer = most > scratch.length ? Buffer.allocUnsafe(most) : scratch
  if (most <= KEPT_BYTES) scratch = buffer
  header(buffer, TEXT_OID, values.length)
  let at = HEADER_BYTES
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(-1, at)
      continue
    }
    const written = buffer.write(value, at + 4)
    buffer.writeInt32BE(written, at)
    at += 4 + written
  }
  return Buffer.from(buffer.subarray(0, at))
}

/** A `bigint[]` in PostgreSQL's binary form. Throws a RangeError for what is no safe integer. */
export function bigintArray(values: readonly (number | null)[]): Buffer {
  const nulls = values.filter((value) => value === null).length
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * 12 - nulls * 8)
  header(buffer, BIGINT_OID, values.length)
  let at = HEADER_BYTES
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(-1, at)
      continue
    }
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no safe integer`)
    at = buffer.writeInt32BE(8, at)
    // Its halves, of which the lower is `value` modulo 2^32: a BigInt in between takes longer than all the rest.
    at = buffer.writeInt32BE(Math.floor(value / 2 ** 32), at)
    at = buffer.writeUInt32BE(value >>> 0, at)
  }
  return buffer
}
