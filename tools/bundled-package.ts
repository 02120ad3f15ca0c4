import { fileURLToPath } from 'node:url'
import type { UserConfig } from 'tsdown'
import { thirdPartyNotices } from './third-party-notices.ts'

/** How a package is built that needs no other one, of this repository or of the registry: all of it is bundled. */
export function bundledPackage(entry: Record<string, string>, target: 'node20' | 'node24'): UserConfig {
  return {
    entry,
    target,
    format: 'esm',
    platform: 'node',
    tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)),
    // What types there are lie in `published/`.
    dts: false,
    fixedExtension: false,
    deps: { alwaysBundle: [/./], onlyBundle: false },
    outputOptions: { comments: { legal: true, annotation: true, jsdoc: false } },
    plugins: [thirdPartyNotices()],
    checks: { pluginTimings: false },
    failOnWarn: true,
  }
}
