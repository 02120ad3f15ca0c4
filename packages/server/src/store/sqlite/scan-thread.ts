/** Answers statements that may look at much of the log, beside the thread that decides. */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import { answerThreadCalls } from '../../answer-thread-calls.ts'
import { openConnection } from './connection.ts'
import { endLongLog } from './wal-checkpointer.ts'

export interface Scan {
  text: string
  parameters: readonly SQLInputValue[]
}

const file: string = workerData
const db = openConnection(file, { readOnly: true })
const writable = openConnection(file)

answerThreadCalls(({ text, parameters }: Scan): Record<string, SQLOutputValue>[] => {
  // Between two of them, for while one reads the log cannot end.
  endLongLog(writable)
  return db.prepare(text).all(...parameters)
})
