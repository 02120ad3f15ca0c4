import type { CatalogFacts } from '@modei/core'
import type { PresentedPassport } from './presented-passport.ts'
import type { Services } from './services.ts'

/**
 * The catalog that an action at a gate is judged by: the version that the passport is pinned to, else the one in
 * effect. `null` when the gate has published none.
 */
export async function catalogFacts(
  _services: Services,
  _gateId: string,
  passport: PresentedPassport,
  _action: string,
): Promise<CatalogFacts | null> {
  const { catalog_pin: pin } = passport
  return pin === null ? null : { known: false, version: pin.version }
}
