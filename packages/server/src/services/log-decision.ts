import type { Services } from './services.ts'

/** One line per decision. Targets and metadata may hold secrets of the caller's, so they stay out. */
export function logDecision(
  { logger }: Services,
  kind: 'check' | 'enforce',
  decided: { decision: string; reason_code: string | null; attestation_id: string | null },
  request: { gate_id: string | null; passport_id?: string | undefined; action: string },
): void {
  if (!logger.isLevelEnabled('info')) return
  logger.info(
    {
      kind,
      decision: decided.decision,
      reason_code: decided.reason_code,
      attestation_id: decided.attestation_id,
      gate_id: request.gate_id,
      passport_id: request.passport_id,
      action: request.action,
    },
    'decision',
  )
}
