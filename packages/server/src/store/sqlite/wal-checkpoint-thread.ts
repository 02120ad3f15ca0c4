/** Copies the write-ahead log into the database, as far as no reader needs it, while others write. */
import { workerData } from 'node:worker_threads'
import { answerThreadCalls } from '../../answer-thread-calls.ts'
import { openConnection } from './connection.ts'

const file: string = workerData
const db = openConnection(file)

answerThreadCalls((): null => {
  db.exec('pragma wal_checkpoint(passive)')
  return null
})
