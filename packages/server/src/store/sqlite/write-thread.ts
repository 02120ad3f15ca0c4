/** Signs and commits batches with a connection of its own, so that requests are read and decided while the disk is busy. */
import { workerData } from 'node:worker_threads'
import { answerThreadCalls } from '../../answer-thread-calls.ts'
import { type KeyDelivery, signText, takeKeys } from '../sign-texts.ts'
import { type ConnectionOptions, openConnection } from './connection.ts'
import { WalCheckpointer } from './wal-checkpointer.ts'
import { SqliteWriter, signedRecords, type WriteValues } from './writer.ts'

export interface WriteThreadData extends ConnectionOptions {
  file: string
}

export interface WriteRequest {
  values: WriteValues
  /** The keys to sign its records with; null where they are signed. */
  sign: KeyDelivery | null
  number: number
  /** The number of the batch that it was decided on, without which it counts for nothing; null when that is on the disk. */
  after: number | null
}

const { file, ...options }: WriteThreadData = workerData
const db = openConnection(file, options)
const writer = new SqliteWriter(db, new WalCheckpointer(db, file))
/** The batch that was written last. */
let last: number | undefined

export interface Written {
  /** Those that were made here, in the order of the records. */
  signatures: string[]
  /** Milliseconds that the commit took. */
  sync_ms: number
}

answerThreadCalls(({ values, sign, number, after }: WriteRequest): Written => {
  if (sign !== null) takeKeys(sign)
  if (after !== null && after !== last) throw new Error('the batch before it was not recorded')
  const signatures: string[] = []
  const signing = (keyId: string, text: string) => {
    const signature = signText(keyId, text)
    signatures.push(signature)
    return signature
  }
  const sync_ms = writer.commit(
    sign === null ? values : { ...values, attestations: signedRecords(values.attestations, signing) },
  )
  last = number
  return { signatures, sync_ms }
})
