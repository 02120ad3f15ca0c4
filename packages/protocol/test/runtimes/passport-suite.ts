import { gateKeySet } from '../../src/passports/key-set.ts'
import { verifyPassport } from '../../src/passports/verify.ts'

/** A file of vectors/passports whose cases are passports to verify. */
export interface PassportVectors {
  keys?: unknown
  cases: PassportCase[]
}

export interface PassportCase {
  name: string
  passport_json: string
  signature: unknown
  now_ms: number
  keys?: boolean
  pad?: { char: string; count: number }
  /** The reason of a refusal, or what a good one is. */
  expect: string | { tier: string; links: number }
}

/** Verifies every passport of the vectors and compares the verdicts. Free of test frameworks and `node:*`. */
export function runPassportSuite(files: Record<string, PassportVectors>): {
  passed: number
  failed: string[]
} {
  const failed: string[] = []
  let passed = 0
  for (const [file, { keys, cases }] of Object.entries(files)) {
    for (const vector of cases) {
      const wanted = typeof vector.expect === 'string' ? vector.expect : spell(vector.expect)
      const verdict = verdictOn(vector, keys)
      if (verdict === wanted) passed++
      else failed.push(`${file}: ${vector.name}: ${verdict} instead of ${wanted}`)
    }
  }
  return { passed, failed }
}

function verdictOn(
  { passport_json, signature, now_ms, keys, pad, expect }: PassportCase,
  document: unknown,
): string {
  const text = pad === undefined ? passport_json : passport_json.replace('@PAD@', pad.char.repeat(pad.count))
  const options = { now: now_ms, ...(keys === true && { keys: gateKeySet(document) }) }
  const result = verifyPassport(text, signature, options)
  if (!result.valid) return result.reason_code
  return typeof expect === 'string' ? 'valid' : spell({ tier: result.tier, links: result.chain.length })
}

function spell({ tier, links }: { tier: string; links: number }): string {
  return `valid, tier ${tier}, ${links} links`
}
