/** Commits batches with a connection of its own, so that requests are read and decided while the disk is busy. */
import { workerData } from 'node:worker_threads'
import { answerThreadCalls } from '../../answer-thread-calls.ts'
import { type ConnectionOptions, openConnection } from './connection.ts'
import { SqliteWriter, type WriteValues } from './writer.ts'

export interface WriteThreadData extends ConnectionOptions {
  file: string
}

const { file, ...options }: WriteThreadData = workerData
const writer = new SqliteWriter(openConnection(file, options))

answerThreadCalls((values: WriteValues) => writer.commit(values))
