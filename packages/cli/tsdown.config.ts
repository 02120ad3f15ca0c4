import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'tsdown'
import { thirdPartyNotices } from '../../tools/third-party-notices.ts'

/** Files that a thread begins with. They stand beside what starts them, under their own names. */
const threads = globSync('../server/src/**/*-thread.ts', { cwd: import.meta.dirname })

/** The command line with the server in it. Everything that is imported is bundled; the server is a file of its own. */
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    ...Object.fromEntries(threads.map((file) => [basename(file, '.ts'), file])),
  },
  format: 'esm',
  platform: 'node',
  target: 'node24',
  tsconfig: '../../tsconfig.json',
  // `published/` has the one line of types; those of the server are nobody's.
  dts: false,
  fixedExtension: false,
  deps: { alwaysBundle: [/./], onlyBundle: false },
  outputOptions: { comments: { legal: true, annotation: true, jsdoc: false } },
  plugins: [thirdPartyNotices()],
  checks: { pluginTimings: false },
  failOnWarn: true,
})
