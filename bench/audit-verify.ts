/**
 * Verifying the export of a log offline, as `modei audit verify` does: every line parsed, every link, column and
 * signature checked. The yardstick is `crypto.verify` alone over the same texts, on the same thread pool.
 *
 *     node bench/audit-verify.ts [records]
 */
import { createPublicKey, verify } from 'node:crypto'
import { noTrust, trust } from '../packages/cli/src/audit/trusted-keys.ts'
import { verifyExport } from '../packages/cli/src/audit/verify-export.ts'
import { signedExport } from '../packages/cli/test/signed-export.ts'
import { report } from './support/report.ts'

const RECORDS = Number(process.argv[2] ?? 50_000)
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex')
const AT_ONCE = 512

const { keys, lines: texts } = signedExport(RECORDS)
const lines: string[] = []
for await (const text of texts) lines.push(...text.trimEnd().split('\n'))

async function* parsed(): AsyncGenerator<unknown> {
  for (const line of lines) yield JSON.parse(line)
}

async function offline(): Promise<void> {
  const trusted = noTrust()
  trust(trusted, keys)
  const verdict = await verifyExport(parsed(), trusted, () => undefined)
  if (!verdict.ok || verdict.records !== RECORDS) throw new Error('a whole log was found broken')
}

const raw = Buffer.from(keys.signing_keys[0]?.public_key ?? '', 'base64')
const key = createPublicKey({ key: Buffer.concat([SPKI_ED25519, raw]), format: 'der', type: 'spki' })
const signed = lines.map((line): [text: Buffer, signature: Buffer] => {
  const { attestation_json, signature } = JSON.parse(line)
  return [Buffer.from(attestation_json), Buffer.from(signature, 'base64')]
})

async function bare(): Promise<void> {
  for (let from = 0; from < signed.length; from += AT_ONCE) {
    const valid = signed.slice(from, from + AT_ONCE).map(
      ([text, signature]) =>
        new Promise<boolean>((resolve, reject) => {
          verify(null, text, key, signature, (error, is) => (error === null ? resolve(is) : reject(error)))
        }),
    )
    if ((await Promise.all(valid)).includes(false)) throw new Error('a good signature was refused')
  }
}

/** Records a second, the better of two runs. */
async function rate(run: () => Promise<void>): Promise<number> {
  const rates: number[] = []
  for (let round = 0; round < 2; round += 1) {
    const started = performance.now()
    await run()
    rates.push(RECORDS / ((performance.now() - started) / 1000))
  }
  return Math.max(...rates)
}

const reference = await rate(bare)
const value = await rate(offline)
console.table([
  { name: 'crypto.verify alone', 'per second': Math.round(reference) },
  { name: 'modei audit verify', 'per second': Math.round(value) },
])
report({ name: 'audit_verify', unit: 'records/s', value, reference })
