/** Signs whole batches, away from the thread that answers requests. */
import { type KeyObject, sign } from 'node:crypto'
import { answerThreadCalls } from '../answer-thread-calls.ts'

export interface SignRequest {
  /** Keys that the thread has not been given yet, by number. */
  keys: readonly (readonly [number, KeyObject])[]
  /** Keys that it may forget once it has signed. */
  forget: readonly number[]
  /** The numbers of keys and the texts that each signs. */
  texts: readonly (readonly [number, string])[]
}

const keys = new Map<number, KeyObject>()

answerThreadCalls(({ keys: added, forget, texts }: SignRequest): string[] => {
  for (const [number, key] of added) keys.set(number, key)
  const signatures = texts.map(([number, text]) => {
    const key = keys.get(number)
    if (key === undefined) throw new Error('the signing thread lacks a key')
    return sign(null, Buffer.from(text, 'utf8'), key).toString('base64')
  })
  for (const number of forget) keys.delete(number)
  return signatures
})
