import type { Operation } from '@modei/protocol'

/** Values that no two parameters share, so that a mix-up shows. */
export const SAMPLE_PARAMS: Readonly<Record<string, string | number>> = {
  gate_id: 'gate_my-api',
  issuer_id: 'iss_1234567890',
  passport_id: 'pp_self_0123456789abcdef',
  attestation_id: 'enf_1234567890',
  approval_id: 'hold_1234567890',
  settlement_id: 'stl_1234567890',
  workspace_id: 'ws_1234567890',
  key_id: 'key_1234567890',
  agent_id: 'team/agent@example.com:1',
  version: 7,
}

export interface SampleCall {
  /** Arguments of the method. */
  given: unknown[]
  /** What must arrive. */
  path: string
  query: Record<string, string>
  body: unknown
}

/** One call of an operation: ids first, in the order of the path, then the query or the body as one object. */
export function sampleCall({ id, path, params, query, body }: Operation): SampleCall {
  const ids = Object.keys(params?.shape ?? {}).map((name) => SAMPLE_PARAMS[name])
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(SAMPLE_PARAMS[name])),
  )
  const queryGiven =
    query === undefined
      ? {}
      : Object.fromEntries(Object.keys(query.shape).map((name) => [name, `a&b ${name}`]))
  const bodyGiven = body === undefined ? undefined : { [id]: 'marks this body', left_out: undefined }
  const bodySent = body === undefined ? undefined : { [id]: 'marks this body' }
  const usual = {
    given: [...ids, body === undefined ? queryGiven : bodyGiven],
    path: filled,
    query: queryGiven,
    body: bodySent,
  }
  switch (id) {
    case 'discover_services': {
      const { capability, ...filters } = queryGiven
      return { ...usual, given: [capability, filters] }
    }
    case 'apply_constraint_template':
      return { ...usual, given: [...ids, 'sandbox'], body: { template_slug: 'sandbox' } }
    case 'update_settlement_status':
      return { ...usual, given: [...ids, 'paid'], body: { status: 'paid' } }
    case 'send_supervision_heartbeat':
    case 'analyze_catalog_impact':
      return { ...usual, given: ids, body: undefined }
    default:
      return usual
  }
}
