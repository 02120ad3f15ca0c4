import { within } from '../within.ts'
import { isKind, type WorkerMessage } from './messages.ts'

/** Longer than the supervisor waits for the others. */
const PATIENCE_MS = 5_000

export function tellSupervisor(message: WorkerMessage): void {
  process.send?.(message)
}

/**
 * Answers the supervisor's questions for this worker's numbers from now on.
 * @param own the numbers of this process, in Prometheus' text format
 * @returns what collects those of all workers; this one's alone when the supervisor does not answer
 */
export function collectFromAll(own: () => Promise<string>): () => Promise<string> {
  const asked = new Map<number, (text: string) => void>()
  let last = 0
  process.on('message', (message) => {
    if (isKind(message, 'report')) {
      const { id } = message
      own().then(
        (text) => tellSupervisor({ kind: 'collected', id, text }),
        () => tellSupervisor({ kind: 'collected', id, text: '' }),
      )
    } else if (isKind(message, 'merged')) {
      asked.get(message.id)?.(message.text)
    }
  })
  return async () => {
    last += 1
    const id = last
    const answer = new Promise<string>((resolve) => asked.set(id, resolve))
    tellSupervisor({ kind: 'collect', id })
    const merged = await within(PATIENCE_MS, answer)
    asked.delete(id)
    return merged ?? own()
  }
}
