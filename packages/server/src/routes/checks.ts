import { operations, spellDecision } from '@modei/protocol'
import { type Api, mount } from '../http/mount.ts'
import { spell } from '../http/render.ts'
import * as checks from '../services/check-gate.ts'
import { dryRun } from '../services/dry-run.ts'
import type { Services } from '../services/services.ts'

export function checkRoutes(api: Api, services: Services): void {
  mount(
    api,
    operations.check_gate,
    ({ caller, params, body, address, idempotency }) =>
      checks.checkGate(services, caller, { ...body, gate_id: params.gate_id }, address, idempotency),
    { render: (result, version) => spell('check', result, version) },
  )
  mount(api, operations.authorize_dry_run, ({ caller, body }) => dryRun(services, caller, body), {
    render: (result, version) => ({
      ...spell('check', result, version),
      enforce_decision: spellDecision(result.enforce_decision, 'enforce', version),
    }),
  })
}
