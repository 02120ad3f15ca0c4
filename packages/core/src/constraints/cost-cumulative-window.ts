import { z } from 'zod'
import { parseSpendWindow } from '../windows.ts'
import { defineConstraint } from './constraint.ts'
import { CUMULATIVE_WINDOW } from './qualifiers.ts'

const Window = z
  .string()
  .max(16)
  .refine(
    (text) => parseSpendWindow(text, 'UTC') !== undefined,
    'must be hourly, daily, weekly, monthly, total, or a rolling span from 60s to 10y such as `30d`',
  )

/** Over which time `core:cost:max_cumulative` sums. */
export const costCumulativeWindow = defineConstraint({
  key: CUMULATIVE_WINDOW,
  sequence: 44,
  kind: 'qualifier',
  name: 'Window of the spending limit',
  description:
    'The window in which core:cost:max_cumulative counts. A span such as 30d rolls. Default: total.',
  value_type: 'duration',
  unit: null,
  value: Window,
  narrows: (parent, child) => parent === child,
})
