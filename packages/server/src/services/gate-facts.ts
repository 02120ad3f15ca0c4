import type { CatalogFacts, GateFacts } from '@modei/core'
import type { Row } from '../store/store.ts'
import { stringList } from './json.ts'
import type { PresentedPassport } from './presented-passport.ts'

/** The gate as a passport meets it. */
export function gateFacts(
  gate: Row<'gates'>,
  passport: PresentedPassport | null,
  catalog: CatalogFacts | null,
): GateFacts {
  return {
    gate_id: gate.id,
    profile: gate.profile,
    allow_self_issued: gate.allow_self_issued === 1,
    issuer_accepted: passport !== null && acceptsIssuer(gate, passport),
    catalog,
  }
}

/** The workspace's own issuers, and those of others that the gate names. */
export function acceptsIssuer(gate: Row<'gates'>, { issuer }: PresentedPassport): boolean {
  if (issuer === null) return false
  return (
    issuer.workspace_id === gate.workspace_id || stringList(gate.trusted_issuers).includes(issuer.issuer_id)
  )
}
