/** Completes the `dist` of the package in the current directory into what `npm pack` and `npm publish` take. */
import { copyFileSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { publishedManifest } from './published-package.ts'

const source = JSON.parse(readFileSync('package.json', 'utf8'))
const manifest = publishedManifest(source)
writeFileSync('dist/package.json', `${JSON.stringify(manifest, null, 2)}\n`)
copyFileSync('README.md', 'dist/README.md')
copyFileSync(new URL('../LICENSE', import.meta.url), 'dist/LICENSE')
// What is in TypeScript was built.
if (existsSync('bin/modei.js')) cpSync('bin/', 'dist/bin/', { recursive: true })
// What is not built is published as it is.
if (existsSync('published')) cpSync('published/', 'dist/', { recursive: true })
