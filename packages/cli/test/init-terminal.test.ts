import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../../server/test/harness.ts'
import { BIN, temporary } from './cli.ts'

/** Question and what is typed; an empty line takes what is proposed. */
const ANSWERS: readonly (readonly [RegExp, string])[] = [
  [/Gate id/, 'shop'],
  [/Agent id/, ''],
  [/Permissions/, 'buy, look'],
  [/Budget a day/, '700'],
]

test('at a terminal `init` asks for each thing, proposes one, and makes what was answered', async (t) => {
  const server = await startServer(t)
  const directory = temporary(t)
  const child = spawn('script', ['-qec', `'${process.execPath}' '${BIN}' init`, '/dev/null'], {
    cwd: directory,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: directory,
      MODEI_API_URL: server.url,
      MODEI_API_KEY: server.keys.own,
    },
    timeout: 60_000,
  })
  let shown = ''
  let answered = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    const [question, answer] = ANSWERS[answered] ?? []
    if (question === undefined || !question.test(shown)) return
    answered += 1
    child.stdin.write(`${answer}\r`)
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  assert.equal(code, 0, shown)
  assert.equal(answered, ANSWERS.length)
  const passportId = /passport +(pp_\w+)/.exec(shown)?.[1] ?? assert.fail(shown)
  const { body } = await server.request('GET', `/api/gates/gate_shop/passports/${passportId}`)
  assert.equal(body.agent_id, 'agent-1')
  assert.equal(body.constraints['core:cost:max_per_day'], 700)
  const { private_key_base64 } = JSON.parse(readFileSync(join(directory, 'agent.credentials.json'), 'utf8'))
  assert.ok(!shown.includes(private_key_base64))
  assert.ok(!shown.includes(server.keys.own))
})
