/** Completes `packages/sdk/dist` into the directory that `npm pack` and `npm publish` take. */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { publishedManifest } from './published-package.ts'

const ROOT = new URL('../', import.meta.url)
const SDK = new URL('packages/sdk/', ROOT)
const DIST = new URL('dist/', SDK)
const BUNDLED = ['@noble/ed25519', '@noble/hashes']

const manifest = publishedManifest(JSON.parse(readFileSync(new URL('package.json', SDK), 'utf8')))
writeFileSync(new URL('package.json', DIST), `${JSON.stringify(manifest, null, 2)}\n`)
copyFileSync(new URL('README.md', SDK), new URL('README.md', DIST))
if (existsSync(new URL('LICENSE', ROOT))) copyFileSync(new URL('LICENSE', ROOT), new URL('LICENSE', DIST))

const notices = BUNDLED.map((name) => {
  const licence = readFileSync(new URL(`node_modules/${name}/LICENSE`, ROOT), 'utf8')
  return `${name}\n${'-'.repeat(name.length)}\n${licence}`
})
writeFileSync(new URL('THIRD_PARTY_NOTICES.txt', DIST), notices.join('\n\n'))
