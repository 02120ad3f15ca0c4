import { CheckRequest, CheckResult, DryRunRequest, DryRunResult } from '../schemas/checks.ts'
import { GateParams } from '../schemas/gates.ts'
import { operation } from './operation.ts'

const resource = 'checks'

export const checkGate = operation('check_gate', {
  resource,
  summary:
    'Check whether a passport is valid at a gate and carries a permission; the answer is recorded and signed.',
  access: 'optional_key',
  effect: 'write',
  retry: 'with_key',
  params: GateParams,
  body: CheckRequest,
  response: CheckResult,
  largeBody: true,
  errors: [401, 409],
})

export const authorizeDryRun = operation('authorize_dry_run', {
  resource,
  summary: 'Answer what check and enforce would answer, recording nothing and moving no counter.',
  access: { scope: 'enforcement:read' },
  aliases: ['enforce:write', 'enforcement:write'],
  effect: 'read',
  retry: 'safe',
  body: DryRunRequest,
  response: DryRunResult,
  errors: [404],
})
