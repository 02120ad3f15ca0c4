import { defineConfig } from 'tsdown'
import { thirdPartyNotices } from '../../tools/third-party-notices.ts'

/** One file that needs no other package, for assistants to start. */
export default defineConfig({
  entry: { 'modei-mcp': 'bin/modei-mcp.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  tsconfig: '../../tsconfig.json',
  dts: false,
  fixedExtension: false,
  deps: { alwaysBundle: [/./], onlyBundle: false },
  outputOptions: { comments: { legal: true, annotation: true, jsdoc: false } },
  plugins: [thirdPartyNotices()],
  checks: { pluginTimings: false },
  failOnWarn: true,
})
