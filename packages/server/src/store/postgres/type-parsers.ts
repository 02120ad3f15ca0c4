import { type CustomTypesConfig, types } from 'pg'

const BIGINT_OID = 20
const NUMERIC_OID = 1700

/** Every whole number of this schema is safe; one that is not was not written by this server. */
function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('a stored number is no safe integer')
  return value
}

/** Reads `bigint`, and sums of it, as numbers. */
export const safeTypes: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && (oid === BIGINT_OID || oid === NUMERIC_OID)) return safeInteger
    return types.getTypeParser(oid, format)
  },
}
