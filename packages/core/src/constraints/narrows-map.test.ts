import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConstraintMaps } from './collect.ts'
import { narrowsMap } from './narrows-map.ts'

type Written = Record<string, unknown>

/** Keys of three parts are flat, others permissions. */
function maps(written: Written): ConstraintMaps {
  const flat = new Map<string, unknown>()
  const byPermission = new Map<string, Map<string, unknown>>()
  for (const [key, value] of Object.entries(written)) {
    if (key.startsWith('core:')) flat.set(key, value)
    else byPermission.set(key, new Map(Object.entries(Object(value))))
  }
  return { flat, byPermission }
}

const ACTION = 'core:cost:max_per_action'
const SUM = 'core:cost:max_cumulative'
const DAY = 'core:cost:max_per_day'
const WINDOW = 'core:cost:cumulative_window'
const ZONE = 'core:cost:window_timezone'
const HOURS = 'core:time:operating_hours'
const office = { timezone: 'UTC', start: '09:00', end: '17:00' }

const cases: [guarantee: string, grant: Written, set: Written, loosened: string[]][] = [
  ['nothing set loosens nothing', { [ACTION]: 500 }, {}, []],
  ['the same value loosens nothing', { [ACTION]: 500 }, { [ACTION]: 500 }, []],
  ['a lower value tightens', { [ACTION]: 500 }, { [ACTION]: 400 }, []],
  ['a higher value loosens', { [ACTION]: 500 }, { [ACTION]: 501 }, [ACTION]],
  ['a new limit only adds', {}, { [ACTION]: 500, [SUM]: 5, [WINDOW]: 'daily' }, []],
  ['an unreadable value loosens', { [ACTION]: 500 }, { [ACTION]: '400' }, [ACTION]],
  ['under an unreadable grant nothing is tighter', { [ACTION]: 'x' }, { [ACTION]: 400 }, [ACTION]],
  ['an unknown key that was granted cannot be set', { 'core:x:y': 1 }, { 'core:x:y': 1 }, ['core:x:y']],
  [
    'a permission is compared with its own grant',
    { read: { [ACTION]: 500 } },
    { read: { [ACTION]: 501 } },
    [`read ${ACTION}`],
  ],
  [
    'a permission is compared with the flat grant',
    { [ACTION]: 500 },
    { read: { [ACTION]: 501 } },
    [`read ${ACTION}`],
  ],
  ['a flat limit beside that of a permission only adds', { read: { [ACTION]: 500 } }, { [ACTION]: 900 }, []],
  ['other hours are not tighter', { [HOURS]: office }, { [HOURS]: { ...office, end: '16:00' } }, [HOURS]],
  ['a shorter window loosens a limit that counts in total', { [SUM]: 500 }, { [WINDOW]: 'hourly' }, [WINDOW]],
  ['the usual window may be named', { [SUM]: 500 }, { [WINDOW]: 'total', [ZONE]: 'UTC' }, []],
  ['a lower limit in a shorter window loosens', { [SUM]: 500 }, { [SUM]: 400, [WINDOW]: 'daily' }, [WINDOW]],
  [
    'another window than granted loosens',
    { [SUM]: 500, [WINDOW]: 'monthly' },
    { [WINDOW]: 'daily' },
    [WINDOW],
  ],
  [
    'another zone than the usual one loosens a limit of the day',
    { [DAY]: 500 },
    { [ZONE]: 'Asia/Tokyo' },
    [ZONE],
  ],
  ['a zone for limits that are new only adds', { [ACTION]: 5 }, { [DAY]: 500, [ZONE]: 'Asia/Tokyo' }, []],
  [
    'a flat window loosens the limit of a permission that has none',
    { read: { [SUM]: 500 } },
    { [WINDOW]: 'hourly' },
    [WINDOW],
  ],
  [
    'a flat window leaves the limit of a permission that has its own',
    { read: { [SUM]: 500, [WINDOW]: 'daily' } },
    { [WINDOW]: 'hourly' },
    [],
  ],
  [
    'a flat zone loosens the limit of a permission that has none',
    { read: { [DAY]: 500 } },
    { [ZONE]: 'Asia/Tokyo' },
    [ZONE],
  ],
  [
    'a window of a permission loosens its granted limit',
    { read: { [SUM]: 500 } },
    { read: { [WINDOW]: 'hourly' } },
    [`read ${WINDOW}`],
  ],
  [
    'a permission may keep its window beside a flat one',
    { read: { [SUM]: 500 } },
    { read: { [WINDOW]: 'total' }, [WINDOW]: 'hourly' },
    [],
  ],
]

for (const [guarantee, grant, set, loosened] of cases) {
  test(guarantee, () => {
    const found = narrowsMap(maps(grant), maps(set))
    assert.deepEqual(
      found.map(({ permission, key }) => (permission === undefined ? key : `${permission} ${key}`)),
      loosened,
    )
  })
}
