/** A thread that answers, refuses, stalls or dies as it is asked. */
import { answerThreadCalls } from './answer-thread-calls.ts'

let calls = 0

answerThreadCalls((request: string) => {
  calls += 1
  if (request === 'die') process.exit(1)
  if (request === 'stall') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  if (request === 'refuse') throw new Error('it was asked to refuse')
  return `${request} ${calls}`
})
