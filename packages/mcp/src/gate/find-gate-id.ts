import { type ModeiClient, ModeiError } from 'modei'

/** The gate whose chain takes the outcomes: the given one, else the passport's own. Without one, decisions alone are recorded. */
export async function findGateId(
  client: ModeiClient,
  passportId: string,
  given: string | undefined,
  log: (line: string) => void,
): Promise<string | undefined> {
  if (given !== undefined && given !== '') return given
  try {
    const { gate_id } = await client.getPlatformPassport(passportId)
    if (gate_id.startsWith('gate_')) return gate_id
    log('the passport belongs to no gate: set MODEI_GATE_ID to record what came of its calls')
  } catch (error) {
    if (!(error instanceof ModeiError)) throw error
    log(`outcomes are not recorded beyond the decisions; set MODEI_GATE_ID (${error.code}: ${error.message})`)
  }
  return undefined
}
