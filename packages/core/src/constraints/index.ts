import { z } from 'zod'
import { approvalForActions } from './approval-for-actions.ts'
import { approvalNewTarget } from './approval-new-target.ts'
import { approvalRequired } from './approval-required.ts'
import type { ConstraintType } from './constraint.ts'
import { costApprovalThreshold } from './cost-approval-threshold.ts'
import { costCumulativeWindow } from './cost-cumulative-window.ts'
import { costMaxCumulative } from './cost-max-cumulative.ts'
import { costMaxPerAction } from './cost-max-per-action.ts'
import { costMaxPerDay } from './cost-max-per-day.ts'
import { costMaxPerMonth } from './cost-max-per-month.ts'
import { costRequired } from './cost-required.ts'
import { costWindowTimezone } from './cost-window-timezone.ts'
import { dataMaxPayloadBytes } from './data-max-payload-bytes.ts'
import { dataNoPiiExport } from './data-no-pii-export.ts'
import { dataReadOnly } from './data-read-only.ts'
import { dataRequiredMetadata } from './data-required-metadata.ts'
import { editDistance } from './edit-distance.ts'
import { platformFeeBasisPoints } from './platform-fee-basis-points.ts'
import { platformFeeRecipient } from './platform-fee-recipient.ts'
import { policyExpression } from './policy-expression.ts'
import { pricingCurrency } from './pricing-currency.ts'
import { pricingFreeTierCalls } from './pricing-free-tier-calls.ts'
import { pricingModel } from './pricing-model.ts'
import { pricingPerCallCents } from './pricing-per-call-cents.ts'
import { pricingPerMinuteCents } from './pricing-per-minute-cents.ts'
import { pricingSubscriptionCents } from './pricing-subscription-cents.ts'
import { rateMaxPerDay } from './rate-max-per-day.ts'
import { rateMaxPerHour } from './rate-max-per-hour.ts'
import { rateMaxPerMinute } from './rate-max-per-minute.ts'
import { rateMaxTotal } from './rate-max-total.ts'
import { rateMinIntervalMs } from './rate-min-interval-ms.ts'
import { safetyAnomalySuspend } from './safety-anomaly-suspend.ts'
import { safetyFailClosed } from './safety-fail-closed.ts'
import { scopeActionAllowlist } from './scope-action-allowlist.ts'
import { scopeActionBlocklist } from './scope-action-blocklist.ts'
import { scopeDomainAllowlist } from './scope-domain-allowlist.ts'
import { scopeDomainBlocklist } from './scope-domain-blocklist.ts'
import { scopeModelAllowlist } from './scope-model-allowlist.ts'
import { scopeTargetAllowlist } from './scope-target-allowlist.ts'
import { scopeTargetBlocklist } from './scope-target-blocklist.ts'
import { slaGuaranteedResponseMs } from './sla-guaranteed-response-ms.ts'
import { slaP99ResponseMs } from './sla-p99-response-ms.ts'
import { slaResponseTimeMs } from './sla-response-time-ms.ts'
import { slaUptimeBasisPoints } from './sla-uptime-basis-points.ts'
import { timeBlackoutWindows } from './time-blackout-windows.ts'
import { timeNotAfter } from './time-not-after.ts'
import { timeOperatingHours } from './time-operating-hours.ts'

/** Every constraint type, in order of evaluation. Whatever lists, checks, renders or delegates constraints reads this. */
export const constraintTypes: readonly ConstraintType[] = [
  safetyFailClosed,
  safetyAnomalySuspend,
  timeOperatingHours,
  timeBlackoutWindows,
  timeNotAfter,
  scopeActionBlocklist,
  scopeActionAllowlist,
  scopeDomainBlocklist,
  scopeDomainAllowlist,
  scopeTargetBlocklist,
  scopeTargetAllowlist,
  scopeModelAllowlist,
  rateMaxPerMinute,
  rateMaxPerHour,
  rateMaxPerDay,
  rateMaxTotal,
  rateMinIntervalMs,
  costRequired,
  costMaxPerAction,
  costMaxCumulative,
  costMaxPerDay,
  costMaxPerMonth,
  costCumulativeWindow,
  costWindowTimezone,
  costApprovalThreshold,
  approvalRequired,
  approvalForActions,
  approvalNewTarget,
  dataReadOnly,
  dataNoPiiExport,
  dataRequiredMetadata,
  dataMaxPayloadBytes,
  policyExpression,
  pricingModel,
  pricingPerCallCents,
  pricingPerMinuteCents,
  pricingSubscriptionCents,
  pricingCurrency,
  pricingFreeTierCalls,
  slaUptimeBasisPoints,
  slaResponseTimeMs,
  slaP99ResponseMs,
  slaGuaranteedResponseMs,
  platformFeeBasisPoints,
  platformFeeRecipient,
]

const byKey: ReadonlyMap<string, ConstraintType> = new Map(constraintTypes.map((type) => [type.key, type]))

export function findConstraintType(key: string): ConstraintType | undefined {
  return byKey.get(key)
}

/** The known key that is spelled most like a given one, for "did you mean". */
export function nearestConstraintKey(key: string): string {
  const shown = key.slice(0, 100)
  let nearest = { key: '', distance: Number.POSITIVE_INFINITY }
  for (const type of constraintTypes) {
    const distance = editDistance(shown, type.key)
    if (distance < nearest.distance) nearest = { key: type.key, distance }
  }
  return nearest.key
}

const schemas = new Map<string, Record<string, unknown>>()

/** JSON Schema of a type's value. */
export function valueSchemaOf(type: ConstraintType): Record<string, unknown> {
  const known = schemas.get(type.key)
  if (known !== undefined) return known
  const { $schema: _, ...schema } = z.toJSONSchema(type.schema)
  schemas.set(type.key, schema)
  return schema
}
