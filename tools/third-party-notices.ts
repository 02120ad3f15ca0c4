import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const MODULES = fileURLToPath(new URL('../node_modules/', import.meta.url))
const FILE = 'THIRD_PARTY_NOTICES.txt'

/** Packages that are published without the text of their licence; another one has it word for word. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['Apache-2.0', 'canonicalize/LICENSE'],
  ['(Apache-2.0 AND BSD-3-Clause)', 'canonicalize/LICENSE'],
])
/** A part of `@bufbuild/protobuf` that is under a licence of its own, which stands at its head. */
const GOOGLE_VARINT = '@bufbuild/protobuf/dist/esm/wire/varint.js'

interface Chunk {
  type: string
  moduleIds?: readonly string[]
}

interface Emitter {
  emitFile(file: { type: 'asset'; fileName: string; source: string }): unknown
}

/** A plugin of the bundler that writes the licences of what was bundled, of exactly that, beside it. */
export function thirdPartyNotices() {
  return {
    name: 'third-party-notices',
    generateBundle(this: Emitter, _: unknown, bundle: Readonly<Record<string, Chunk>>): void {
      const modules = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds)
      if (modules.length > 0) this.emitFile({ type: 'asset', fileName: FILE, source: noticesOf(modules) })
    },
  }
}

function noticesOf(modules: readonly string[]): string {
  const directories = new Set(modules.map(packageDirectory).filter((directory) => directory !== undefined))
  const notices = [...directories].sort().map(noticeOf)
  if (modules.some((id) => id.endsWith(GOOGLE_VARINT))) {
    notices.push(underTitle('@bufbuild/protobuf: wire/varint', leadingComment(fromModules(GOOGLE_VARINT))))
  }
  return `${notices.join('\n\n')}\n`
}

/** Where the package of a module lies; undefined for what is ours. */
function packageDirectory(id: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0]
}

function noticeOf(directory: string): string {
  const manifest = JSON.parse(readFileSync(`${directory}/package.json`, 'utf8'))
  const title = `${manifest.name} ${manifest.version} (${manifest.license})`
  const files = readdirSync(directory).filter((name) => /^(?:licen[cs]e|copying|notice)(?:\.|$)/i.test(name))
  if (files.length > 0) {
    return underTitle(title, files.map((name) => readFileSync(`${directory}/${name}`, 'utf8')).join('\n'))
  }
  const holder = `Copyright ${manifest.author?.name ?? manifest.author ?? `the authors of ${manifest.name}`}`
  if (manifest.license === 'MIT') return underTitle(title, `${holder}\n\n${mitText()}`)
  const text = TEXTS.get(manifest.license)
  if (text === undefined || !existsSync(`${MODULES}${text}`)) {
    throw new Error(`${title} has no file with its licence: say in ${import.meta.filename} where it stands`)
  }
  return underTitle(title, `${holder}\n\n${fromModules(text)}`)
}

/** The text of the MIT licence, which is also ours. */
function mitText(): string {
  const own = readFileSync(new URL('../LICENSE', import.meta.url), 'utf8')
  return own.slice(own.indexOf('Permission is hereby granted'))
}

function fromModules(path: string): string {
  return readFileSync(`${MODULES}${path}`, 'utf8')
}

function leadingComment(source: string): string {
  const lines = source.split('\n')
  const comment = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('//')),
  )
  if (comment.length < 10) throw new Error(`${GOOGLE_VARINT} does not begin with its licence any more`)
  return comment.map((line) => line.replace(/^\/\/ ?/, '')).join('\n')
}

function underTitle(title: string, text: string): string {
  return `${title}\n${'-'.repeat(title.length)}\n${text.trim()}`
}
