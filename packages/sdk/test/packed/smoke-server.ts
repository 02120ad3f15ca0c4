import { problem, type Reaction, type Seen, type TinyServer, tinyServer } from '../tiny-server.ts'

/** The server that `smoke.mjs` expects, for any number of runs. */
export function smokeServer(): Promise<TinyServer> {
  const enforce = failingFirst()
  return tinyServer((seen) => {
    if (seen.headers.authorization !== 'Bearer mod_test_smoke') return problem(401, 'unauthenticated')
    if (seen.path === '/api/enforce') return enforce(seen)
    return (
      ANSWERS[`${seen.path}${seen.query.cursor ?? ''}`] ??
      problem(404, 'not_found', { request_id: 'req_smoke' })
    )
  })
}

const ANSWERS: Readonly<Record<string, Reaction>> = {
  '/api/gates': { body: [{ gate_id: 'gate_a' }] },
  '/api/gates/gate_slow': 'hang',
  '/api/gates/gate_moved': { status: 307, headers: { location: '/api/gates' } },
  '/api/gates/gate_a/attestations': {
    body: [{ id: 'att_1' }, { id: 'att_2' }],
    headers: { link: '</api/gates/gate_a/attestations?cursor=2>; rel="next"' },
  },
  '/api/gates/gate_a/attestations2': { body: [{ id: 'att_3' }] },
  '/api/attestations/export': { body: 'a,b\r\n1', headers: { 'content-type': 'text/csv' } },
}

/** Fails each first try; answers the second, and says whether it had the key of the first. */
function failingFirst(): (seen: Seen) => Reaction {
  let first: string | undefined
  return ({ headers }) => {
    const key = headers['idempotency-key']
    if (typeof key === 'string' && first === undefined) {
      first = key
      return { ...problem(503, 'unavailable'), headers: { 'retry-after': '0' } }
    }
    const reason = key === first ? 'same idempotency key' : 'another idempotency key'
    first = undefined
    return { body: { decision: 'PERMIT', reason } }
  }
}
