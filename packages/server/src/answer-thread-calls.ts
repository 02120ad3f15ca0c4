import { parentPort } from 'node:worker_threads'
import type { ThreadAnswer } from './thread-calls.ts'

/** Answers the calls of the thread that started this one, one at a time. */
export function answerThreadCalls<Q, A>(answer: (request: Q) => A): void {
  const port = parentPort
  if (port === null) throw new Error('this file runs as a thread')
  port.on('message', ({ id, request }: { id: number; request: Q }) => {
    port.postMessage(answered(id, () => answer(request)))
  })
}

function answered<A>(id: number, answer: () => A): ThreadAnswer<A> {
  try {
    return { id, answer: answer() }
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) }
  }
}
