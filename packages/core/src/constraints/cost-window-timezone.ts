import { defineConstraint } from './constraint.ts'
import { WINDOW_TIMEZONE } from './qualifiers.ts'
import { TimeZone } from './values.ts'

/** Where the days, weeks and months of limits on spend begin. */
export const costWindowTimezone = defineConstraint({
  key: WINDOW_TIMEZONE,
  sequence: 45,
  kind: 'qualifier',
  name: 'Time zone of spending windows',
  description: 'The IANA zone whose civil days bound the calendar windows of limits on spend. Default: UTC.',
  value_type: 'string',
  unit: null,
  value: TimeZone,
  narrows: (parent, child) => parent === child,
})
