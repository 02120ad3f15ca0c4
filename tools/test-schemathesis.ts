/**
 * Lets schemathesis, a fuzzer from PyPI, judge a real server by its OpenAPI document: `npm run test:schemathesis`.
 * Needs Python 3 with pip; it is installed into `.venv-schemathesis`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openApiDocument, operationList } from '@modei/protocol'
import { temporaryServer } from './temporary-server.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const VENV = join(ROOT, '.venv-schemathesis')
const COMMAND = join(VENV, 'bin/schemathesis')
const EXAMPLES = process.argv[2] ?? '30'

function run(command: string, args: readonly string[], sentence: string): void {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status === 0) return
  console.error(sentence)
  process.exit(status ?? 1)
}

if (!existsSync(COMMAND)) {
  rmSync(VENV, { recursive: true, force: true })
  run('python3', ['-m', 'venv', VENV], 'test:schemathesis needs Python 3 with venv (on Debian: python3-venv)')
  run(
    join(VENV, 'bin/python'),
    [
      '-m',
      'pip',
      'install',
      '-q',
      '--disable-pip-version-check',
      '-r',
      'tests/schemathesis/requirements.txt',
    ],
    'test:schemathesis could not install schemathesis',
  )
}

const directory = mkdtempSync(join(tmpdir(), 'modei-schemathesis-'))
const document = join(directory, 'openapi.json')
// Streams and the protocol's own endpoint are not for a fuzzer that reads whole answers.
writeFileSync(document, JSON.stringify(openApiDocument(operationList, { version: '0.0.0' })))
await using server = await temporaryServer({
  MODEI_PUBLIC_RATE_LIMIT: '0',
  MODEI_REGISTER_LIMIT: '100000000',
  LOG_LEVEL: 'silent',
})
await fetch(`${server.url}/api/gates`, {
  method: 'POST',
  headers: { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' },
  body: JSON.stringify({ name: 'Shop', gate_id: 'gate_shop' }),
})
const { status } = spawnSync(
  COMMAND,
  [
    'run',
    document,
    '--url',
    server.url,
    '--header',
    `Authorization: Bearer ${server.apiKey}`,
    '--phases',
    'examples,coverage,fuzzing',
    '--max-examples',
    EXAMPLES,
    '--seed',
    '20260422',
    '--checks',
    'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth',
    '--suppress-health-check',
    'all',
    '--warnings',
    'off',
    '--no-color',
    '--continue-on-failure',
  ],
  { cwd: directory, stdio: ['ignore', 'inherit', 'inherit'] },
)
rmSync(directory, { recursive: true, force: true })
process.exitCode = status ?? 1
