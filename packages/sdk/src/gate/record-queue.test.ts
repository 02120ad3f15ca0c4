import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModeiError } from '../errors.ts'
import { RecordQueue } from './record-queue.ts'

type Answer = 'taken' | number

/** A queue over a network that answers in turn, then takes everything. */
function queueOver(...answers: Answer[]) {
  const sent: { passport: string; key: string }[] = []
  const lost: string[] = []
  const queue = new RecordQueue({
    limit: 10,
    async send({ passport_id: passport }, key) {
      sent.push({ passport, key })
      const answer = answers.shift() ?? 'taken'
      if (answer !== 'taken') throw new ModeiError('no', { code: 'http_error', statusCode: answer })
    },
    onError: (_error, record) => void (record !== undefined && lost.push(record.passport_id)),
  })
  return { queue, sent, lost, push: (passport_id: string) => queue.push({ passport_id }) }
}

test('a record is sent under one key until it is taken, and none overtakes it', async () => {
  const { queue, sent, push } = queueOver(503, 429, 'taken')
  push('pp_1')
  push('pp_2')
  await queue.flush()
  assert.deepEqual(
    sent.map(({ passport }) => passport),
    ['pp_1', 'pp_1', 'pp_1', 'pp_2'],
  )
  assert.equal(new Set(sent.map(({ key }) => key)).size, 2)
  assert.equal(queue.size, 0)
})

test('a record that the server will never take is reported once, and those behind it go on', async () => {
  const { queue, sent, lost, push } = queueOver(422)
  push('pp_1')
  push('pp_2')
  await queue.flush()
  assert.deepEqual(lost, ['pp_1'])
  assert.equal(sent.at(-1)?.passport, 'pp_2')
})

test('a key that is refused for now loses no record', async () => {
  for (const status of [401, 403, 409]) {
    const { queue, lost, push } = queueOver(status)
    push('pp_1')
    await queue.flush()
    assert.deepEqual([lost, queue.size], [[], 0])
  }
})

test('a closed queue takes nothing', async () => {
  const { queue, push } = queueOver()
  await queue.close(1000)
  assert.equal(push('pp_1'), false)
})
