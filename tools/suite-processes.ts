import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A module that runs some files' tests in one process, and the files. */
export interface SuiteProcess {
  entry: string
  files: readonly string[]
}

/** As many files as share a process, so that the last to end does not leave a core idle for long. */
const FILES_EACH = 12

/** Suites that halt databases or kill servers for long: each in a process of its own, started before the others. */
const ALONE = /\/test\/(?:store\/postgres[\w-]*|store\/workers|faults\/[\w-]*)\.test\.ts$/

/** A hook outside of every `describe` is the whole process's: it would run around the tests of other files too. */
const hasHooks = (file: string) => /^(?:before|after)(?:Each)?\(/m.test(readFileSync(file, 'utf8'))

/** What has no clock, files or processes of its own. */
const PURE = /\/packages\/(?:protocol|core)\//

/**
 * Groups files by the process that runs them: starting one, and loading the server into it, costs more than most
 * suites do.
 * @param directory where the modules are written
 */
export function suiteProcesses(files: readonly string[], directory: string): SuiteProcess[] {
  const alone = files.filter((file) => ALONE.test(file) || hasHooks(file))
  const shared = files.filter((file) => !alone.includes(file))
  const pure = shared.filter((file) => PURE.test(file))
  const others = shared.filter((file) => !PURE.test(file))
  const groups = [pure, ...dealt(others, Math.ceil(others.length / FILES_EACH))]
  return [
    ...alone.map((file) => ({ entry: file, files: [file] })),
    ...groups
      .filter((group) => group.length > 0)
      .map((group, index) => {
        const entry = join(directory, `suites-${index + 1}.mjs`)
        writeFileSync(entry, entryOf(group))
        return { entry, files: group }
      }),
  ]
}

/** Deals files out like cards: neighbours are alike, so that each hand gets some of the long ones. */
function dealt(files: readonly string[], hands: number): string[][] {
  return Array.from({ length: hands }, (_, hand) => files.filter((_file, index) => index % hands === hand))
}

/** A file that cannot be loaded fails under its own name and leaves the others to run. */
function entryOf(files: readonly string[]): string {
  return `import { test } from 'node:test'
for (const url of ${JSON.stringify(files.map((file) => pathToFileURL(file).href))}) {
  try {
    await import(url)
  } catch (error) {
    test(url, () => { throw error })
  }
}
`
}
