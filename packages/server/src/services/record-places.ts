import type { Row } from '../store/store.ts'
import type { Services } from './services.ts'

type Placed = Pick<Row<'attestations'>, 'gate_id' | 'passport_id' | 'chain_id'>

/** Where each record happened: its gate, else the issuer of its passport, else the workspace. */
export async function recordPlaces(
  { passports }: Services,
  rows: readonly Placed[],
): Promise<(row: Placed) => string> {
  const issuers = new Map<string, string>()
  for (const { gate_id, passport_id: id } of rows) {
    if (gate_id !== null || id === null || issuers.has(id)) continue
    const issuer = (await passports.find(id))?.row.issuer_id
    if (typeof issuer === 'string') issuers.set(id, issuer)
  }
  return ({ gate_id, passport_id, chain_id }) => gate_id ?? issuers.get(passport_id ?? '') ?? chain_id
}
