/** Commits batches with a connection of its own, so that requests are read and decided while the disk is busy. */
import { workerData } from 'node:worker_threads'
import { answerThreadCalls } from '../../answer-thread-calls.ts'
import { openConnection } from './connection.ts'
import { SqliteWriter, type WriteValues } from './writer.ts'

const writer = new SqliteWriter(openConnection(String(workerData)))

answerThreadCalls((values: WriteValues) => writer.commit(values))
