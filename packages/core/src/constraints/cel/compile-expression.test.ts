import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { factsOf } from '../facts.fixture.ts'
import { policyExpression } from '../policy-expression.ts'
import { compileExpression } from './compile-expression.ts'

const TOKENS =
  'action target target_host cost_cents metadata metadata.l metadata.s usage .spent_daily passport .permissions now x ' +
  '( ) [ ] { } , . + - * / % == != < > <= && || ! ? : in 1 2.5 1u "x" b"y" r"\\d" true false null has( size( type( ' +
  '.all(x, .exists(x, .map(x, .filter(x, .size() .matches("a") .startsWith("f") .getHours() timestamp( int( string('

const scrap = fc
  .array(fc.constantFrom(...TOKENS.split(' ')), { maxLength: 14 })
  .map((parts) => parts.join(' '))

/** Mostly well-formed: operands joined by operators. */
const operand = fc.constantFrom(
  'action',
  'target',
  'target_host',
  'cost_cents',
  '1',
  '2.5',
  '"x"',
  'null',
  'true',
  'metadata.n',
  'metadata.l',
  'metadata.s',
  'metadata.absent',
  'usage.spent_daily',
  'now.getHours()',
  'size(metadata.l)',
  'metadata.l.map(x, x * 2)',
  'metadata.l.exists(x, x == 2)',
  'passport.permissions',
  'type(metadata.n)',
)
const operator = fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||', 'in')
const formed = fc
  .array(fc.tuple(operator, operand), { maxLength: 4 })
  .chain((rest) =>
    operand.map((first) => rest.reduce<string>((text, [op, next]) => `(${text} ${op} ${next})`, first)),
  )

const facts = factsOf(
  { cost_cents: 5, target: 'https://example.com/x', metadata: { n: 2, l: [1, 2, 3], s: 'text' } },
  policyExpression,
  'usage.spent_daily + usage.permits_last_day > 0',
)

test('whatever is written, it is compiled or refused with a reason, and evaluation ends in a verdict of its own', () => {
  fc.assert(
    fc.property(fc.oneof(scrap, formed, fc.string({ unit: 'binary', maxLength: 40 })), (text) => {
      const compiled = compileExpression(text)
      if (!compiled.ok) {
        assert.notEqual(compiled.message, '')
        return
      }
      const verdict = policyExpression.evaluate(text, facts)
      assert.ok(
        verdict.result === 'pass' || verdict.reason.startsWith('expression_'),
        JSON.stringify(verdict),
      )
    }),
    { numRuns: 600 },
  )
})

test('an expression whose types were all known never fails for its types', () => {
  const known = fc.constantFrom(
    'action',
    'cost_cents',
    '1',
    '2.5',
    '"x"',
    'true',
    'usage.spent_daily',
    'now.getHours()',
    'size(action)',
  )
  const typed = fc
    .array(fc.tuple(operator, known), { maxLength: 3 })
    .chain((rest) =>
      known.map((first) => rest.reduce<string>((text, [op, next]) => `(${text} ${op} ${next})`, first)),
    )
  let accepted = 0
  fc.assert(
    fc.property(typed, (text) => {
      if (!compileExpression(text).ok) return
      accepted += 1
      const verdict = policyExpression.evaluate(text, facts)
      if (verdict.result !== 'pass') assert.doesNotMatch(verdict.detail, /overload/)
    }),
    { numRuns: 600 },
  )
  assert.ok(accepted > 15)
})

test('the same text is compiled once, and the oldest are forgotten', () => {
  const first = compileExpression('cost_cents == 1000000')
  assert.equal(compileExpression('cost_cents == 1000000'), first)
  for (let i = 0; i < 600; i += 1) compileExpression(`cost_cents == ${i}`)
  assert.notEqual(compileExpression('cost_cents == 1000000'), first)
})

test('brackets that would exhaust the parser are refused', () => {
  for (const open of ['(', '[', '{1:', 'f(', 'a[', '!(', '-(', '((', '[{']) {
    assert.equal(compileExpression(open.repeat(600).slice(0, 2000)).ok, false)
  }
})

test('a time that is written out must exist', () => {
  for (const text of [
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-02-28T24:00:00Z',
    '2026-02-28T00:00:60Z',
    '2026-02-28T00:00:00',
    '2026-02-28',
    '',
  ]) {
    assert.equal(compileExpression(`now < timestamp("${text}")`).ok, false, text)
  }
  for (const text of [
    '2028-02-29T00:00:00Z',
    '2026-02-28T23:59:59.123456789+02:00',
    '2026-02-28t00:00:00z',
  ]) {
    assert.equal(compileExpression(`now < timestamp("${text}")`).ok, true, text)
  }
})

test('a time of the request that does not exist blocks', () => {
  const verdict = (at: string) =>
    policyExpression.evaluate('timestamp(metadata.at) < timestamp("2030-01-01T00:00:00Z")', {
      ...facts,
      metadata: { at },
    }).result
  assert.equal(verdict('2026-02-28T00:00:00Z'), 'pass')
  assert.notEqual(verdict('2026-02-30T00:00:00Z'), 'pass')
})
