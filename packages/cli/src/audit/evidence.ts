import { ModeiError } from 'modei'
import type { AuditedLog } from './audited-log.ts'

/** The keys of a log and, where the server offers one, its checkpoint. Taken before the records, which may grow. */
export async function evidenceOf(log: AuditedLog) {
  const document = await log.getPublic()
  try {
    return { public: document, checkpoint: await log.getCheckpoint() }
  } catch (error) {
    if (!(error instanceof ModeiError) || error.statusCode !== 404) throw error
    return { public: document, checkpoint: null }
  }
}
