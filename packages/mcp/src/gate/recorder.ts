import type { AttestationRecord, ModeiClient } from 'modei'

export interface Recorder {
  /** Records an outcome beside the answer to the agent; resolves at once unless too many still wait. */
  record(outcome: AttestationRecord): Promise<void>
  /** Resolves when everything was recorded or reported as lost. */
  settled(): Promise<void>
}

const MAX_WAITING = 256

/** Records outcomes in a gate's chain. The decision itself was recorded when it was made; this adds what came of it. */
export function recorderOf(
  client: ModeiClient,
  gateId: string | undefined,
  log: (line: string) => void,
): Recorder {
  const waiting = new Set<Promise<void>>()
  return {
    async record(outcome) {
      if (gateId === undefined) return
      if (waiting.size >= MAX_WAITING) await Promise.race(waiting)
      const recording = client.recordAttestation(gateId, outcome).then(
        () => undefined,
        (error: unknown) =>
          log(`an outcome was not recorded: ${error instanceof Error ? error.message : String(error)}`),
      )
      waiting.add(recording)
      void recording.then(() => waiting.delete(recording))
    },
    async settled() {
      await Promise.all(waiting)
    },
  }
}
