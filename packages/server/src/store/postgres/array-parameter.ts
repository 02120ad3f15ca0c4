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

/** A `text[]` in PostgreSQL's binary form: nothing in it is quoted, so nothing can be quoted wrongly. */
export function textArray(values: readonly (string | null)[]): Buffer {
  let size = HEADER_BYTES
  for (const value of values) size += 4 + (value === null ? 0 : Buffer.byteLength(value))
  const buffer = Buffer.allocUnsafe(size)
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
  return buffer
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
    at = buffer.writeBigInt64BE(BigInt(value), at)
  }
  return buffer
}
