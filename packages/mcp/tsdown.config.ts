import { defineConfig } from 'tsdown'
import { bundledPackage } from '../../tools/bundled-package.ts'

/** One file, for assistants to start. */
export default defineConfig(bundledPackage({ 'modei-mcp': 'bin/modei-mcp.ts' }, 'node20'))
