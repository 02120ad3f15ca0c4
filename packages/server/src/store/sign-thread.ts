/** Signs whole batches, away from the thread that answers requests. */
import { type KeyObject, sign } from 'node:crypto'
import { answerThreadCalls } from '../answer-thread-calls.ts'

export interface SignRequest {
  /** Whether the thread is to forget the keys that it has, before it takes the new ones. */
  anew: boolean
  /** Keys that the thread has not been given yet, by their ids. */
  keys: readonly (readonly [string, KeyObject])[]
  /** The ids of keys and the texts that each signs. */
  texts: readonly (readonly [string, string])[]
}

const keys = new Map<string, KeyObject>()

answerThreadCalls(({ anew, keys: added, texts }: SignRequest): string[] => {
  if (anew) keys.clear()
  for (const [id, key] of added) keys.set(id, key)
  return texts.map(([id, text]) => {
    const key = keys.get(id)
    if (key === undefined) throw new Error('the signing thread lacks a key')
    return sign(null, Buffer.from(text, 'utf8'), key).toString('base64')
  })
})
