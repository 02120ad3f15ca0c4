import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { ModeiError } from './errors.ts'
import { readSettings } from './settings.ts'

const before = { ...process.env }
beforeEach(() => {
  delete process.env.MODEI_API_KEY
  delete process.env.MODEI_API_URL
})
afterEach(() => {
  process.env = { ...before }
})

test('the environment is read when it is not said otherwise', () => {
  process.env.MODEI_API_KEY = 'mod_test_env'
  process.env.MODEI_API_URL = 'http://localhost:3000/'
  const { apiKey, baseUrl } = readSettings({})
  assert.deepEqual({ apiKey, baseUrl }, { apiKey: 'mod_test_env', baseUrl: 'http://localhost:3000' })
})

test('an option beats the environment', () => {
  process.env.MODEI_API_KEY = 'mod_test_env'
  process.env.MODEI_API_URL = 'http://localhost:3000'
  const { apiKey, baseUrl } = readSettings({
    apiKey: 'mod_test_option',
    baseUrl: 'https://example.com/modei/',
  })
  assert.deepEqual({ apiKey, baseUrl }, { apiKey: 'mod_test_option', baseUrl: 'https://example.com/modei' })
})

test('null is a client without a key, whatever the environment says', () => {
  process.env.MODEI_API_KEY = 'mod_test_env'
  assert.equal(readSettings({ apiKey: null }).apiKey, null)
})

test('the defaults are those of the documentation', () => {
  const { baseUrl, timeoutMs, retries, apiVersion } = readSettings({ apiKey: 'k' })
  assert.deepEqual(
    { baseUrl, timeoutMs, retries, apiVersion },
    {
      baseUrl: 'https://modei.ai',
      timeoutMs: 30_000,
      retries: 2,
      apiVersion: undefined,
    },
  )
})

suite('no key is an error that says how to give one', () => {
  for (const [name, apiKey] of [
    ['left out', undefined],
    ['empty', ''],
  ] as const) {
    test(name, () => {
      process.env.MODEI_API_KEY = ''
      assert.throws(
        () => readSettings({ apiKey }),
        (error) =>
          error instanceof ModeiError &&
          error.code === 'api_key_missing' &&
          error.message.includes('MODEI_API_KEY'),
      )
    })
  }
})

suite('an unusable option is refused', () => {
  const addresses = [
    '',
    'modei.ai',
    '/api',
    'ftp://x',
    'file:///etc',
    'javascript:0',
    'https://user:pw@x',
    'https://x?a=b',
    'https://x#y',
  ]
  for (const baseUrl of addresses)
    test(`baseUrl ${baseUrl}`, () => assert.throws(() => readSettings({ apiKey: 'k', baseUrl }), TypeError))
  for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
    test(`timeoutMs ${timeoutMs}`, () =>
      assert.throws(() => readSettings({ apiKey: 'k', timeoutMs }), TypeError))
  }
  for (const retries of [-1, 0.5, 11, Number.NaN]) {
    test(`retries ${retries}`, () => assert.throws(() => readSettings({ apiKey: 'k', retries }), TypeError))
  }
  test('apiVersion', () => {
    const apiVersion: string = '2020-01-01'
    assert.throws(() => Reflect.apply(readSettings, undefined, [{ apiKey: 'k', apiVersion }]), TypeError)
  })
})
