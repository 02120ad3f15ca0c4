/** Completes `packages/sdk/dist` into the directory that `npm pack` and `npm publish` take. */
import { copyFileSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { publishedManifest } from './published-package.ts'

const ROOT = new URL('../', import.meta.url)
const SDK = new URL('packages/sdk/', ROOT)
const DIST = new URL('dist/', SDK)

const WITH_LICENCE_FILE = [
  '@bufbuild/re2',
  '@noble/ed25519',
  '@noble/hashes',
  'temporal-polyfill',
  'temporal-utils',
  'zod',
]
/** Published without their licence; it is the Apache License 2.0, whose text another package has word for word. */
const UNDER_APACHE = ['@bufbuild/cel', '@bufbuild/cel-spec', '@bufbuild/protobuf']
const APACHE = 'canonicalize/LICENSE'
/** A part of `@bufbuild/protobuf` that is under a licence of its own, which stands at its head. */
const GOOGLE_VARINT = '@bufbuild/protobuf/dist/esm/wire/varint.js'

function fromModules(path: string): string {
  return readFileSync(new URL(`node_modules/${path}`, ROOT), 'utf8')
}

function leadingComment(source: string): string {
  const lines = source.split('\n')
  const end = lines.findIndex((line) => !line.startsWith('//'))
  const comment = lines.slice(0, end).map((line) => line.replace(/^\/\/ ?/, ''))
  if (comment.length < 10) throw new Error(`${GOOGLE_VARINT} does not begin with its licence any more`)
  return comment.join('\n')
}

function underTitle(title: string, text: string): string {
  return `${title}\n${'-'.repeat(title.length)}\n${text}`
}

const manifest = publishedManifest(JSON.parse(readFileSync(new URL('package.json', SDK), 'utf8')))
writeFileSync(new URL('package.json', DIST), `${JSON.stringify(manifest, null, 2)}\n`)
copyFileSync(new URL('README.md', SDK), new URL('README.md', DIST))
cpSync(new URL('bin/', SDK), new URL('bin/', DIST), { recursive: true })
if (existsSync(new URL('LICENSE', ROOT))) copyFileSync(new URL('LICENSE', ROOT), new URL('LICENSE', DIST))

const notices = [
  ...WITH_LICENCE_FILE.map((name) => underTitle(name, fromModules(`${name}/LICENSE`))),
  underTitle('@bufbuild/protobuf: wire/varint', leadingComment(fromModules(GOOGLE_VARINT))),
  underTitle(UNDER_APACHE.join(', '), `Copyright Buf Technologies, Inc.\n\n${fromModules(APACHE)}`),
]
writeFileSync(new URL('THIRD_PARTY_NOTICES.txt', DIST), notices.join('\n\n'))
