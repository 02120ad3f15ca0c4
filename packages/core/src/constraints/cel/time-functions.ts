import { CelScalar, celFunc, celMethod, objectType } from '@bufbuild/cel'
import { fromJson } from '@bufbuild/protobuf'
import { type Timestamp, TimestampSchema, timestampMs } from '@bufbuild/protobuf/wkt'
import { parseTimestamp } from '@modei/protocol'
import { isTimeZone, zoneOffset } from '../../civil-time.ts'

const TIMESTAMP = objectType(TimestampSchema)
const FIXED_OFFSET = /^([+-]?)(\d\d):(\d\d)$/
const DAY_MS = 86_400_000

/** Parts of a moment's date and time; those of the wall clock, read as if it were UTC. */
const PARTS: readonly [name: string, read: (wall: Date) => number][] = [
  ['getFullYear', (wall) => wall.getUTCFullYear()],
  ['getMonth', (wall) => wall.getUTCMonth()],
  ['getDate', (wall) => wall.getUTCDate()],
  ['getDayOfMonth', (wall) => wall.getUTCDate() - 1],
  ['getDayOfWeek', (wall) => wall.getUTCDay()],
  ['getDayOfYear', (wall) => Math.floor((wall.getTime() - Date.UTC(wall.getUTCFullYear(), 0)) / DAY_MS)],
  ['getHours', (wall) => wall.getUTCHours()],
  ['getMinutes', (wall) => wall.getUTCMinutes()],
  ['getSeconds', (wall) => wall.getUTCSeconds()],
  ['getMilliseconds', (wall) => wall.getUTCMilliseconds()],
]

function offsetOf(zone: string, ms: number): number {
  const fixed = FIXED_OFFSET.exec(zone)
  if (fixed !== null) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000
  if (!isTimeZone(zone)) throw new RangeError('not a time zone')
  return zoneOffset(ms, zone)
}

/**
 * Reads a time as every other time is read. The evaluator alone would roll 30 February over to March.
 * @throws Error with a message for the author of the expression
 */
export function readTimestamp(text: string): Timestamp {
  if (parseTimestamp(text) === undefined) {
    throw new Error('`timestamp` takes an RFC 3339 time with a zone that exists')
  }
  return fromJson(TimestampSchema, text.toUpperCase())
}

/**
 * The functions of the standard library that make a time or take one apart. Those of the evaluator go by way of the
 * machine's own zone, so that machines would disagree when its clocks change.
 */
export const timeFunctions = [
  celFunc('timestamp', [CelScalar.STRING], TIMESTAMP, readTimestamp),
  ...PARTS.flatMap(([name, read]) => [
    celMethod(name, TIMESTAMP, [], CelScalar.INT, function () {
      return BigInt(read(new Date(timestampMs(this.message))))
    }),
    celMethod(name, TIMESTAMP, [CelScalar.STRING], CelScalar.INT, function (zone) {
      const ms = timestampMs(this.message)
      return BigInt(read(new Date(ms + offsetOf(zone, ms))))
    }),
  ]),
]
