import { defineConfig } from 'tsdown'
import { thirdPartyNotices } from '../../tools/third-party-notices.ts'

/** The command line with the server in it. Everything that is imported is bundled; the server is a file of its own. */
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    // The server starts these beside itself, by name.
    'sign-thread': '../server/src/store/sign-thread.ts',
    'write-thread': '../server/src/store/sqlite/write-thread.ts',
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
