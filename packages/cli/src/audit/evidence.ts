import { type ModeiClient, ModeiError } from 'modei'

/** The keys of a gate and, where the server offers one, its checkpoint. Taken before the records, which may grow. */
export async function evidenceOf(client: ModeiClient, gateId: string) {
  const document = await client.getGatePublic(gateId)
  try {
    return { public: document, checkpoint: await client.getGateCheckpoint(gateId) }
  } catch (error) {
    if (!(error instanceof ModeiError) || error.statusCode !== 404) throw error
    return { public: document, checkpoint: null }
  }
}
