import type { GateResult } from './gate-result.ts'

/** RFC 9457 problem details of a refusal. */
export interface GateProblem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly reason_code: string
  /** Of a held action: present it again once a person has approved it. */
  readonly approval_request_id?: string
}

export const PROBLEM_TYPE = 'application/problem+json'

const TITLES = {
  401: 'A passport is needed',
  403: 'The gate does not permit this',
  503: 'The gate cannot tell now',
} as const

export function problemOf(
  { reason_code, detail, approval_request_id }: GateResult,
  status: keyof typeof TITLES,
): GateProblem {
  return {
    type: 'about:blank',
    title: TITLES[status],
    status,
    detail: detail ?? TITLES[status],
    reason_code: reason_code ?? 'gate_failed',
    ...(approval_request_id !== null && { approval_request_id }),
  }
}
