import { type Ed25519Vectors, runEd25519Suite } from './ed25519-suite.ts'
import { type PassportVectors, runPassportSuite } from './passport-suite.ts'

/** The vectors that every runtime must judge alike, by directory and file. */
export interface SuiteVectors {
  ed25519: Record<string, Ed25519Vectors>
  passports: Record<string, PassportVectors>
}

/** Runs every suite; throws when a verdict is another than it should be, or when hardly anything was judged. */
export function runAllSuites({ ed25519, passports }: SuiteVectors): string {
  const results = { ed25519: runEd25519Suite(ed25519), passports: runPassportSuite(passports) }
  const failed = Object.values(results).flatMap((result) => result.failed)
  if (failed.length > 0) throw new Error(`${failed.length} verdicts differ:\n${failed.join('\n')}`)
  for (const [name, { passed }] of Object.entries(results)) {
    if (passed < 30) throw new Error(`only ${passed} verdicts of ${name}`)
  }
  return Object.entries(results)
    .map(([name, { passed }]) => `${passed} verdicts of ${name}`)
    .join(', ')
}
