import type { TestContext } from 'node:test'
import { pino } from 'pino'
import { type App, createApp } from '../src/app.ts'
import { type Config, readConfig } from '../src/config.ts'
import { Metrics } from '../src/metrics/metrics.ts'
import { SecretBox } from '../src/secret-box.ts'
import { createWorkspace } from '../src/services/workspaces.ts'
import { Signer } from '../src/store/signer.ts'
import type { Store } from '../src/store/store.ts'
import { type MigratedDatabase, migratedDatabase } from './migrated-database.ts'

export interface Answer {
  status: number
  headers: Headers
  /** The parsed body, or its text when it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
  text: string
}

export interface RequestOptions {
  /** The API key; `null` sends none. The first workspace's full key by default. */
  key?: string | null
  headers?: Record<string, string>
  /** Sent as it is instead of a JSON body. */
  raw?: string
}

export interface Harness {
  app: App
  store: Store
  config: Config
  database: MigratedDatabase
  url: string
  /** Full-access keys of two workspaces that must never see each other. */
  keys: { own: string; other: string }
  workspaces: { own: string; other: string }
  /** Unix milliseconds; moves with the machine unless a test sets `at`. */
  clock: { at: number | undefined; now(): number }
  request(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<Answer>
  /** Makes a key with some scopes in the first workspace. */
  keyWith(...scopes: string[]): Promise<string>
}

const GENEROUS = {
  MODEI_PUBLIC_RATE_LIMIT: '0',
  MODEI_REGISTER_LIMIT: '1000000',
  MODEI_INLINE_LIMIT: '1000000',
  MODEI_SELF_ISSUED_CEILING: '1000000',
  LOG_LEVEL: 'silent',
}

/**
 * A real server on a free port over an empty database, closed and removed after the test: an embedded one, or one on
 * the PostgreSQL server that `MODEI_TEST_DATABASE_URL` names.
 */
export async function startServer(
  t: Pick<TestContext, 'after'>,
  env: Record<string, string> = {},
): Promise<Harness> {
  const database = await migratedDatabase()
  const config = readConfig({ ...GENEROUS, ...env })
  const box = new SecretBox('a secret for tests, at least 32 characters')
  const clock: Harness['clock'] = { at: undefined, now: () => clock.at ?? Date.now() }
  const metrics = new Metrics()
  const store = await database.open({
    signer: new Signer(box),
    now: (own) => clock.at ?? own,
    maxQueue: config.MODEI_MAX_QUEUE,
    observer: metrics,
  })
  const [own, other] = await store.write(async (tx, now) => [
    await createWorkspace(tx, box, { name: 'own', mode: 'live' }, now),
    await createWorkspace(tx, box, { name: 'other', mode: 'live' }, now),
  ])
  if (own === undefined || other === undefined) throw new Error('the workspaces were not made')
  const app = createApp({ store, box, config, logger: pino({ level: 'silent' }), metrics })
  await app.http.listen({ port: 0, host: '127.0.0.1' })
  const address = app.http.server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  t.after(async () => {
    await app.close()
    await database.remove()
  })

  async function request(
    method: string,
    path: string,
    body?: unknown,
    options: RequestOptions = {},
  ): Promise<Answer> {
    const key = options.key === undefined ? own?.api_key : options.key
    const payload = options.raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await fetch(url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(typeof key === 'string' ? { authorization: `Bearer ${key}` } : {}),
        ...options.headers,
      },
      ...(payload === undefined ? {} : { body: payload }),
      redirect: 'manual',
    })
    const text = await response.text()
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
      text,
    }
  }

  return {
    app,
    store,
    config,
    database,
    url,
    keys: { own: own.api_key, other: other.api_key },
    workspaces: { own: own.workspace_id, other: other.workspace_id },
    clock,
    request,
    async keyWith(...scopes) {
      const made = await request('POST', '/api/users/api-keys', { name: 'scoped', scopes })
      return made.body.key
    },
  }
}

/** A body of a problem with what differs between two requests taken out, for comparing what strangers learn. */
export function masked(answer: Answer, ...ids: string[]): string {
  let text = answer.text.replace(/req_[0-9a-f]+/g, 'req')
  for (const id of ids) text = text.replaceAll(id, 'id')
  return `${answer.status} ${text}`
}
