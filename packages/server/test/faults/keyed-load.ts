import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Rig } from './rig.ts'
import { requestOf, type Subject, type Subjects } from './subjects.ts'

/** The answer that a request came to in the end. */
export interface Answered {
  key: string
  passport_id: string
  attestation_id: string
  decision: string
  sequence_number: number
  text: string
}

export const WORKERS = 16
const PATIENCE_MS = 90_000
const PAUSE_MS = 150

/**
 * Requests under keys of their own, each repeated until it is answered, as a client does that is told to come back or
 * lost its connection. Any other answer than a decision, `503` or `409` with `Retry-After` fails the load.
 */
export class KeyedLoad {
  readonly answers: Answered[] = []
  /** Answers that said to come back later. */
  refused = 0
  /** Connections that broke before an answer. */
  lost = 0
  readonly #rig: Rig
  readonly #subjects: readonly Subject[]
  readonly #running: Promise<void>
  #started = 0
  #isEnding = false
  #isEased = false
  #failure: unknown

  constructor(rig: Rig, { passports }: Subjects) {
    this.#rig = rig
    this.#subjects = passports
    this.#running = Promise.all(Array.from({ length: WORKERS }, (_, i) => this.#work(i))).then(
      () => undefined,
      (error: unknown) => {
        this.#isEnding = true
        this.#failure = error
      },
    )
  }

  /** Resolves when so many more requests are answered. */
  async answered(more: number): Promise<void> {
    const wanted = this.answers.length + more
    await this.#until(() => this.answers.length >= wanted, `${more} more answers`)
  }

  /** Resolves when so many more answers said to come back later. */
  async refusals(more: number): Promise<void> {
    const wanted = this.refused + more
    await this.#until(() => this.refused >= wanted, `${more} more refusals`)
  }

  /** Asks less from now on, for what takes a while: the machine has better to do. */
  ease(): void {
    this.#isEased = true
  }

  /** Starts nothing more, and answers when all that was asked is answered. */
  async finish(): Promise<Answered[]> {
    this.#isEnding = true
    await this.#running
    if (this.#failure !== undefined) throw this.#failure
    return this.answers
  }

  async #until(isDone: () => boolean, what: string): Promise<void> {
    const given = Date.now() + PATIENCE_MS
    while (!isDone()) {
      if (this.#failure !== undefined) throw this.#failure
      if (Date.now() > given) throw new Error(`waited in vain for ${what}: ${this.answers.length} answered`)
      await delay(5)
    }
  }

  async #work(worker: number): Promise<void> {
    while (!this.#isEnding) {
      const subject = this.#subjects[this.#started % this.#subjects.length]
      assert.ok(subject)
      this.#started += 1
      await this.ask(subject, `${subject.passport_id}-${this.#started}`, worker)
      if (this.#isEased) await delay(PAUSE_MS)
    }
  }

  /** Asks until it is answered, and counts the answer among this load's. */
  async ask(subject: Subject, key: string, turn = 0): Promise<Answered> {
    const given = Date.now() + PATIENCE_MS
    for (let attempt = turn; ; attempt += 1) {
      const answer = await enforceOnce(this.#rig, attempt, subject, key)
      if (answer?.status === 200) {
        const answered = readAnswer(subject, key, answer.text)
        this.answers.push(answered)
        return answered
      }
      if (answer === undefined) this.lost += 1
      else {
        assertComeBack(answer)
        this.refused += 1
      }
      if (Date.now() > given) throw new Error(`${key} was never decided: ${answer?.text ?? 'no connection'}`)
      await delay(PAUSE_MS)
    }
  }
}

export interface RawAnswer {
  status: number
  headers: Headers
  text: string
}

/** One try at one of the servers; `undefined` when the connection broke. */
export async function enforceOnce(
  rig: Rig,
  turn: number,
  subject: Subject,
  key: string,
): Promise<RawAnswer | undefined> {
  const server = rig.servers[turn % rig.servers.length]
  try {
    const answer = await fetch(`${server}/api/enforce`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${rig.key}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify(requestOf(subject)),
    })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  } catch {
    return undefined
  }
}

export function readAnswer({ passport_id }: Subject, key: string, text: string): Answered {
  const { attestation_id, decision, sequence_number } = JSON.parse(text)
  return { key, passport_id, attestation_id, decision, sequence_number, text }
}

/** The two refusals after which a client repeats its request. */
export function assertComeBack({ status, headers, text }: RawAnswer): void {
  const { code } = JSON.parse(text)
  assert.ok(
    (status === 503 && code === 'unavailable') || (status === 409 && code === 'idempotency_in_flight'),
    `${status} ${text}`,
  )
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.match(headers.get('retry-after') ?? '', /^[1-9]\d*$/)
}
