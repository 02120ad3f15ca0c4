import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ThreadCalls, ThreadDied, threadFile } from './thread-calls.ts'

function thread() {
  return new ThreadCalls<string, string>(threadFile(import.meta.url, './thread-calls.fixture'))
}

test('calls are answered, each by its own answer', async () => {
  const calls = thread()
  const answers = await Promise.all(['a', 'b', 'c'].map((request) => calls.call(request)))
  assert.deepEqual(answers, ['a 1', 'b 2', 'c 3'])
  await calls.close()
})

test('a call that the thread refuses says why, and the thread goes on', async () => {
  const calls = thread()
  await assert.rejects(calls.call('refuse'), /asked to refuse/)
  assert.equal(await calls.call('a'), 'a 2')
  await calls.close()
})

test('a thread that dies fails every call that waits, and the next call starts another', async () => {
  const calls = thread()
  const endings = await Promise.allSettled([calls.call('a'), calls.call('die'), calls.call('b')])
  assert.deepEqual(
    endings.map((ending) =>
      ending.status === 'fulfilled' ? ending.value : ending.reason instanceof ThreadDied,
    ),
    ['a 1', true, true],
  )
  assert.equal(await calls.call('c'), 'c 1')
  await calls.close()
})

test('a thread that cannot be started fails the call', async () => {
  const calls = new ThreadCalls<string, string>(threadFile(import.meta.url, './no-such-thread'))
  await assert.rejects(calls.call('a'), ThreadDied)
})

test('closing fails what waits', async () => {
  const calls = thread()
  await calls.call('a')
  const waiting = assert.rejects(calls.call('stall'), ThreadDied)
  await calls.close()
  await waiting
})
