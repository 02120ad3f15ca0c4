import { Worker } from 'node:worker_threads'

interface Waiting<A> {
  resolve(answer: A): void
  reject(error: Error): void
}

/** What a thread sends back; an error travels as its message, since few errors survive being copied. */
export type ThreadAnswer<A> = { id: number; answer: A } | { id: number; failure: string }

/** The file of a thread beside the module that starts it, from source and from a build alike. */
export function threadFile(module: string, name: string): URL {
  return new URL(name + module.slice(module.lastIndexOf('.')), module)
}

/**
 * From this many pieces of work on, one message to a thread costs less than doing them here. A server that has little
 * to do never starts one.
 */
export const WORTH_A_THREAD = 4

/**
 * Calls of a thread of this process, answered in any order. The thread starts with the first call and again after it
 * died; it keeps the process alive only while a call waits.
 */
export class ThreadCalls<Q, A> {
  readonly #file: URL
  readonly #data: unknown
  readonly #onEnd: () => void
  readonly #waiting = new Map<number, Waiting<A>>()
  #worker: Worker | undefined
  #last = 0

  /** @param onEnd told when a thread ended, and with it all that it was given */
  constructor(file: URL, data: unknown = null, onEnd: () => void = () => undefined) {
    this.#file = file
    this.#data = data
    this.#onEnd = onEnd
  }

  /** @throws when the thread refuses the call, or dies before it answers: then what it did is not known */
  call(request: Q): Promise<A> {
    const worker = this.#worker ?? this.#start()
    this.#last += 1
    const id = this.#last
    return new Promise<A>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      if (this.#waiting.size === 1) worker.ref()
      worker.postMessage({ id, request })
    })
  }

  async close(): Promise<void> {
    // Or a process with nothing else to do would end before who waits for this goes on.
    this.#worker?.ref()
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(this.#file, { workerData: this.#data })
    worker.unref()
    worker.on('message', (message: ThreadAnswer<A>) => this.#settle(worker, message))
    let reason: unknown
    worker.on('error', (error) => {
      reason = error
    })
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined
      this.#onEnd()
      const waiting = [...this.#waiting.values()]
      this.#waiting.clear()
      for (const { reject } of waiting) reject(new ThreadDied({ cause: reason }))
    })
    this.#worker = worker
    return worker
  }

  #settle(worker: Worker, message: ThreadAnswer<A>): void {
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (this.#waiting.size === 0) worker.unref()
    if ('failure' in message) waiting?.reject(new Error(message.failure))
    else waiting?.resolve(message.answer)
  }
}

/** The thread ended before it answered. */
export class ThreadDied extends Error {
  override readonly name = 'ThreadDied'
  constructor(options: ErrorOptions) {
    super('a thread ended before it answered', options)
  }
}
