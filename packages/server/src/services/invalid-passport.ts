import type { Refusal } from '@modei/core'
import { ModeiProblem } from '@modei/protocol'

/** A passport that was handed in and does not verify. */
export function invalidPassport({ reason, detail }: Refusal): ModeiProblem {
  return new ModeiProblem('passport_invalid', `the passport is not valid: ${detail}`, {
    errors: [{ pointer: '/body/passport_json', message: detail }],
    extra: { reason_code: reason },
  })
}
