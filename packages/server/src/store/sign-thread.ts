/** Signs whole batches, away from the thread that answers requests. */
import { answerThreadCalls } from '../answer-thread-calls.ts'
import { type KeyDelivery, signText, takeKeys } from './sign-texts.ts'

export interface SignRequest extends KeyDelivery {
  /** The ids of keys and the texts that each signs. */
  texts: readonly (readonly [string, string])[]
}

answerThreadCalls(({ texts, ...delivery }: SignRequest): string[] => {
  takeKeys(delivery)
  return texts.map(([id, text]) => signText(id, text))
})
