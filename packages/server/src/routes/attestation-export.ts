import type { ApiVersion } from '@modei/protocol'
import { csvLine } from '../http/csv.ts'
import { kindOf, spell } from '../http/render.ts'
import type { AttestationView } from '../services/attestations.ts'

type Pages = AsyncIterable<readonly AttestationView[]>

/** One record a line, complete: enough to verify the chain offline. */
export async function* jsonLinesOf(pages: Pages, version: ApiVersion): AsyncGenerator<string> {
  for await (const rows of pages) {
    yield rows.map((row) => `${JSON.stringify(spell(kindOf(row.type), row, version))}\n`).join('')
  }
}

const COLUMNS = [
  'id',
  'type',
  'created_at',
  'gate_id',
  'passport_id',
  'agent_id',
  'action',
  'target',
  'decision',
  'reason_code',
  'sequence_number',
  'chain_index',
  'chain_hash',
  'signing_key_id',
  'signature',
  'attestation_json',
] as const satisfies readonly (keyof AttestationView)[]

/** For people and spreadsheets. Text that would be a formula there gets an apostrophe, so it verifies nothing. */
export async function* csvOf(pages: Pages, version: ApiVersion): AsyncGenerator<string> {
  yield csvLine(COLUMNS)
  for await (const rows of pages) {
    yield rows
      .map((row) => {
        const spelled = spell(kindOf(row.type), row, version)
        return csvLine(COLUMNS.map((column) => spelled[column]))
      })
      .join('')
  }
}
