/**
 * The same verdicts in a browser: the vectors of signatures and passports, and the built SDK, in Debian's Chromium.
 * The page says over HTTP what came out. `node tools/test-browser.ts`
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { smokeServer } from '../packages/sdk/test/packed/smoke-server.ts'
import { writeRuntimeSuites } from './runtime-suites.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SDK = join(ROOT, 'packages/sdk')
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const DEADLINE_MS = 120_000

/** No sandbox, for tests run as root; and nothing that talks to anybody but the server of this test. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

const PAGE = `<!doctype html><meta charset="utf-8"><title>Modei</title>
<script type="importmap">{"imports": {"modei": "/sdk/index.js", "modei/passport": "/sdk/passport.js", "modei/gate": "/sdk/gate.js"}}</script>
<script type="module">
const say = (text) => fetch('/said', { method: 'POST', body: text })
try {
  const { summary } = await import('/suites/verdicts.mjs')
  const [modei, passport, { smoke }] = await Promise.all(
    [import('modei'), import('modei/passport'), import('/packed/smoke.mjs')])
  await smoke(modei, passport, location.origin)
  await import('/packed/smoke-gate.mjs')
  await say('works: ' + summary + ', the SDK, its passports and its local gate')
} catch (error) {
  await say('failed: ' + (error?.stack ?? error))
}
</script>`

/** What a browser may load, by the first part of its path. */
function places(suites: string): ReadonlyMap<string, string> {
  return new Map([
    ['suites', suites],
    ['sdk', join(SDK, 'dist')],
    ['packed', join(SDK, 'test/packed')],
  ])
}

function serveFile(path: string, directories: ReadonlyMap<string, string>, response: ServerResponse): void {
  if (path === '/') {
    response.setHeader('content-type', 'text/html')
    response.end(PAGE)
    return
  }
  const [, place = '', name = ''] = path.split('/')
  const directory = directories.get(place)
  try {
    if (directory === undefined) throw new Error('no such place')
    const text = readFileSync(join(directory, basename(name)))
    response.setHeader('content-type', 'text/javascript')
    response.end(text)
  } catch {
    response.statusCode = 404
    response.end()
  }
}

/** Passes a call on: a page may only call the server that it is from. */
async function passOn(api: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers
  try {
    const body = await textOf(request)
    const answer = await fetch(api + (request.url ?? '/'), {
      method: request.method ?? 'GET',
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      redirect: 'manual',
      signal: gone.signal,
      ...(body !== '' && { body }),
    })
    response.statusCode = answer.status
    for (const [name, value] of answer.headers) {
      if (!/^(?:content-(?:encoding|length)|transfer-encoding|connection)$/.test(name)) {
        response.setHeader(name, value)
      }
    }
    response.end(Buffer.from(await answer.arrayBuffer()))
  } catch {
    response.destroy()
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

/** What the page says, once the browser has opened it. */
async function openedInBrowser(profile: string, suites: string): Promise<string> {
  await using api = await smokeServer()
  const directories = places(suites)
  const said = Promise.withResolvers<string>()
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page')
    if (pathname.startsWith('/api/')) return passOn(api.url, request, response)
    if (pathname !== '/said') return serveFile(pathname, directories, response)
    said.resolve(await textOf(request))
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const browser = spawn(CHROMIUM, [...FLAGS, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  browser.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString('utf8')).slice(-10_000)
  })
  const exited = new Promise<void>((resolve) => browser.on('close', () => resolve()))
  browser.on('error', said.reject)
  void exited.then(() => said.reject(new Error(`the browser ended before its page had run:\n${complaints}`)))
  const deadline = setTimeout(
    () => said.reject(new Error(`the page said nothing for ${DEADLINE_MS} ms:\n${complaints}`)),
    DEADLINE_MS,
  )
  try {
    return await said.promise
  } finally {
    clearTimeout(deadline)
    browser.kill('SIGTERM')
    await exited
    server.closeAllConnections()
    server.close()
  }
}

const directory = mkdtempSync(join(tmpdir(), 'modei-browser-'))
try {
  const version = execFileSync(CHROMIUM, ['--version', '--no-sandbox'], { encoding: 'utf8' })
  execFileSync('npm', ['run', 'build', '--silent'], { cwd: SDK, stdio: ['ignore', 'inherit', 'inherit'] })
  await writeRuntimeSuites(directory)
  const said = await openedInBrowser(join(directory, 'profile'), directory)
  console.log(`${version.trim()}: ${said}`)
  if (!said.startsWith('works: ')) process.exitCode = 1
} finally {
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}
