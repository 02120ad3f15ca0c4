/**
 * Whole decisions over HTTP: authenticated, decided against six limits, chained, signed and on disk before the answer.
 * Accept on the ratio (at least 0.18), on p99 (at most 20 ms), and on one hot passport and one hot gate being as fast as many.
 *
 *     npm run bench -- http-enforce
 */
import { countRecords, issuePassports } from './support/gates-and-passports.ts'
import { runHttpBench } from './support/http-bench.ts'

function enforceBody(passport_id: string) {
  return {
    passport_id,
    action: 'flights:book',
    target: 'https://api.example.com/v2/bookings',
    cost_cents: 900,
  }
}

await runHttpBench({
  name: 'http_enforce',
  unit: 'decisions/s',
  async prepare(call) {
    const issued = await issuePassports(call)
    const requests = issued.map(({ passport_id }) => ({
      path: '/api/enforce',
      body: enforceBody(passport_id),
    }))
    const hotGate = issued[0]?.gate_id
    const answer = await call('POST', '/api/enforce', requests[0]?.body)
    if (answer.decision !== 'PERMIT') throw new Error(`the load would be refused: ${answer.block_reason}`)
    return [
      { name: `enforce, ${issued.length} passports`, requests },
      { name: 'enforce, one hot gate', requests: requests.filter((_, i) => issued[i]?.gate_id === hotGate) },
      { name: 'enforce, one hot passport', requests: requests.slice(0, 1) },
    ]
  },
  async prove(call) {
    return `${await countRecords(call)} decisions are in the chains of 20 gates`
  },
})
