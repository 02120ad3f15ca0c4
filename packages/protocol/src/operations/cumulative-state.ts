import { CumulativeState, StateReset, StateResetResult } from '../schemas/cumulative-state.ts'
import { PassportParams } from '../schemas/passports.ts'
import { operation } from './operation.ts'

const resource = 'constraints'

export const getCumulativeState = operation('get_cumulative_state', {
  resource,
  summary: 'Get what a passport has spent and done in the windows of its constraints.',
  access: { scope: 'constraints:read' },
  aliases: ['enforcement:read'],
  effect: 'read',
  retry: 'safe',
  params: PassportParams,
  response: CumulativeState,
})

export const resetCumulativeState = operation('reset_cumulative_state', {
  resource,
  summary: "Set a passport's counters back to zero; the reset is recorded.",
  access: { scope: 'constraints:write' },
  effect: 'destroy',
  retry: 'with_key',
  params: PassportParams,
  body: StateReset,
  bodyOptional: true,
  response: StateResetResult,
})
