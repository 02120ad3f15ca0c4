/**
 * Gate checks over HTTP: authenticated, judged, chained, signed and on disk before the answer; no counters.
 *
 *     npm run bench -- http-check
 */
import { countRecords, issuePassports } from './support/gates-and-passports.ts'
import { runHttpBench } from './support/http-bench.ts'

await runHttpBench({
  name: 'http_check',
  unit: 'checks/s',
  async prepare(call) {
    const issued = await issuePassports(call)
    const requests = issued.map(({ gate_id, passport_id }) => ({
      path: `/api/gates/${gate_id}/check`,
      body: { passport_id, action: 'flights:book', target: 'https://api.example.com/v2/bookings' },
    }))
    const first = requests[0]
    const answer = await call('POST', first?.path ?? '', first?.body)
    if (answer.allowed !== true) throw new Error(`the load would be refused: ${answer.reason_code}`)
    return [{ name: `check, ${issued.length} passports`, requests }]
  },
  async prove(call) {
    return `${await countRecords(call)} checks are in the chains of 20 gates`
  },
})
