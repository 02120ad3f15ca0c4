/** Answers statements that may look at much of the log, beside the thread that decides. */
import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { workerData } from 'node:worker_threads'
import { answerThreadCalls } from '../../answer-thread-calls.ts'
import { openConnection } from './connection.ts'

export interface Scan {
  text: string
  parameters: readonly SQLInputValue[]
}

const file: string = workerData
const db = openConnection(file, { readOnly: true })

answerThreadCalls(({ text, parameters }: Scan): Record<string, SQLOutputValue>[] =>
  db.prepare(text).all(...parameters),
)
