import cluster, { type Worker } from 'node:cluster'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { mergeMetrics } from './merge-metrics.ts'
import { isKind, type SupervisorMessage } from './messages.ts'

/** A worker that lived this long was well: the next one starts at once. */
const WELL_MS = 30_000
const LONGEST_DELAY_MS = 10_000
/** So many workers in a row that ended before they listened: starting more will not help. */
const MOST_FAILED_STARTS = 5
/** How long a page of numbers waits for a worker that does not answer. */
const REPORT_MS = 2_500

export interface Supervised {
  address: string
  /** The first workspace's key, on the first start only. */
  first_api_key: string | undefined
  /** Ends every worker once it has answered what it was asked, and resolves when all are gone. */
  stop(): Promise<void>
}

export interface SuperviseOptions {
  workers: number
  logger: Logger
  /** Told when no worker can be started any more. All have been told to end. */
  onHopeless(): void
}

/**
 * Runs workers that share one port, each a whole server, and starts another for one that ends. They share nothing but
 * the database, as servers on several machines do, so losing one loses only what it had not answered.
 * Resolves when all listen.
 */
export async function superviseWorkers({
  workers,
  logger,
  onHopeless,
}: SuperviseOptions): Promise<Supervised> {
  // The workers take connections from the one socket by themselves. Handing them out from here loses those that are on
  // their way to a worker which has just died: nobody would ever answer or close them.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  let stopping = false
  let failedStarts = 0
  const running = new Map<Worker, Promise<void>>()
  const pages = new Pages(() => [...running.keys()])

  /** Starts a worker; resolves with what it says when it listens, rejects when it ends before that. */
  const start = () => {
    const worker = cluster.fork()
    const started = performance.now()
    let listens = false
    return new Promise<{ address: string; first_api_key: string | undefined }>((resolve, reject) => {
      worker.on('message', (message: unknown) => {
        if (isKind(message, 'listening')) {
          listens = true
          failedStarts = 0
          resolve(message)
        } else if (isKind(message, 'collect')) {
          pages.collect(worker, message.id)
        } else if (isKind(message, 'collected')) {
          pages.take(worker, message.id, message.text)
        }
      })
      const ended = new Promise<void>((gone) => {
        worker.once('exit', (code, signal) => {
          running.delete(worker)
          gone()
          if (listens && !stopping) {
            logger.error({ worker: worker.id, code, signal }, 'a worker ended; another is started')
            void replace(performance.now() - started > WELL_MS ? 0 : 100)
          }
          reject(new Error(`a worker ended before it listened (${code ?? signal})`))
        })
      })
      running.set(worker, ended)
    })
  }

  const replace = async (delay: number): Promise<void> => {
    await wait(delay)
    if (stopping) return
    try {
      await start()
    } catch {
      failedStarts += 1
      if (stopping) return
      if (failedStarts < MOST_FAILED_STARTS)
        return replace(Math.min(LONGEST_DELAY_MS, Math.max(100, delay * 2)))
      logger.error('workers end before they listen; the server gives up')
      await stop()
      onHopeless()
    }
  }

  const stop = async () => {
    stopping = true
    const gone = [...running.values()]
    for (const worker of running.keys()) worker.process.kill('SIGTERM')
    await Promise.all(gone)
  }

  try {
    // The first alone: it makes the first workspace of an empty database.
    const first = await start()
    await Promise.all(Array.from({ length: workers - 1 }, () => start()))
    return { address: first.address, first_api_key: first.first_api_key, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Collects the numbers of all workers for the one that was asked for them. */
class Pages {
  readonly #workers: () => readonly Worker[]
  readonly #open = new Map<number, { left: Set<Worker>; pages: Map<number, string>; done: () => void }>()
  #last = 0

  constructor(workers: () => readonly Worker[]) {
    this.#workers = workers
  }

  collect(asking: Worker, askedAs: number): void {
    this.#last += 1
    const id = this.#last
    const left = new Set(this.#workers())
    const pages = new Map<number, string>()
    const done = () => {
      clearTimeout(timer)
      this.#open.delete(id)
      const byWorker = new Map([...pages].sort(([a], [b]) => a - b))
      send(asking, { kind: 'merged', id: askedAs, text: mergeMetrics(byWorker) })
    }
    const timer = setTimeout(done, REPORT_MS)
    this.#open.set(id, { left, pages, done })
    for (const worker of left) send(worker, { kind: 'report', id })
  }

  take(worker: Worker, id: number, text: string): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    open.pages.set(worker.id, text)
    open.left.delete(worker)
    if (open.left.size === 0) open.done()
  }
}

function send(worker: Worker, message: SupervisorMessage): void {
  // One that is ending has no channel any more; the others' numbers do not wait for it.
  if (worker.isConnected()) worker.send(message, () => undefined)
}
