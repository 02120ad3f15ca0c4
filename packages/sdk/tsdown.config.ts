import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsdown'
import { publishedEntries } from '../../tools/published-package.ts'
import { thirdPartyNotices } from '../../tools/third-party-notices.ts'

const entry = publishedEntries(JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')))

/** What the rules need, which only the local gate evaluates. */
const BUNDLED_WITH_RULES = [/^@bufbuild\//, /^zod$/, /^temporal-/]

/** Everything that is imported is bundled, types too: whoever installs the package installs nothing else. */
export default defineConfig({
  entry: Object.fromEntries(entry),
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  hash: false,
  // For types, at the root: what is bundled from other packages is in it too.
  tsconfig: '../../tsconfig.sdk.json',
  dts: true,
  deps: { alwaysBundle: [/^@/], neverBundle: [/^node:/], onlyBundle: [/^@noble\//, ...BUNDLED_WITH_RULES] },
  // Documentation is in the types; licences stay.
  outputOptions: { comments: { legal: true, annotation: true, jsdoc: false } },
  banner: { dts: '/// <reference lib="esnext.disposable" />' },
  plugins: [thirdPartyNotices()],
  checks: { pluginTimings: false },
  suppressWarnings: [/TypeScript 7.0 does not yet have a stable API/],
  failOnWarn: true,
})
