import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'tsdown'
import { bundledPackage } from '../../tools/bundled-package.ts'

/** Files that a thread begins with. They stand beside what starts them, under their own names. */
const threads = globSync('../server/src/**/*-thread.ts', { cwd: import.meta.dirname })
const entry = {
  index: 'src/index.ts',
  ...Object.fromEntries(threads.map((file) => [basename(file, '.ts'), file])),
}

/** The command line with the server in it; the server is a file of its own. */
export default defineConfig(bundledPackage(entry, 'node24'))
