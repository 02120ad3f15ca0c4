import { CelScalar, celMethod, objectType } from '@bufbuild/cel'
import { TimestampSchema, timestampMs } from '@bufbuild/protobuf/wkt'
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
 * The functions of the standard library that take a time apart. Those of the evaluator go by way of the machine's
 * own zone, so that machines would disagree when its clocks change.
 */
export const timeFunctions = PARTS.flatMap(([name, read]) => [
  celMethod(name, TIMESTAMP, [], CelScalar.INT, function () {
    return BigInt(read(new Date(timestampMs(this.message))))
  }),
  celMethod(name, TIMESTAMP, [CelScalar.STRING], CelScalar.INT, function (zone) {
    const ms = timestampMs(this.message)
    return BigInt(read(new Date(ms + offsetOf(zone, ms))))
  }),
])
