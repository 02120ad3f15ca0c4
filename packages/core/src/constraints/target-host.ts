/** What a target says of its host. */
export type ReadHost =
  | { readonly kind: 'host'; readonly host: string }
  /** Nothing there that could be a host: a name, a path. */
  | { readonly kind: 'none' }
  /** Something that may lead to a host, but programs would not agree to which. */
  | { readonly kind: 'unreadable' }

const NONE: ReadHost = { kind: 'none' }
const UNREADABLE: ReadHost = { kind: 'unreadable' }

const WEB = /^(?:https?|wss?|ftp):$/
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/
const HOST_AND_PORT = /^[^:/?#@[\]]+:\d{1,5}(?:[/?#]|$)/
/** `git@host:path`, as secure copy and version control write it. */
const SCP = /^[^\s/?#@:\\]+@([^\s/?#@:\\]+):(?!\d*(?:[/?#]|$))/
/** URL parsers drop, escape or refuse these, each its own way; a backslash is a slash for some and not for others. */
const AMBIGUOUS = /[\p{Cc} \\]/u

/** The host of a URL, a host, or a host with a port; lower case, in ASCII, without userinfo, port or last dot. */
export function targetHost(target: string | undefined): string | undefined {
  const read = readTargetHost(target)
  return read.kind === 'host' ? read.host : undefined
}

let lastTarget: string | undefined
let lastRead: ReadHost = NONE

/** Reads a target, which the caller chose and may have made to be misread. */
export function readTargetHost(target: string | undefined): ReadHost {
  // Every limit on hosts, and then the counter, ask about the one target of a decision.
  if (target !== lastTarget) {
    lastRead = readHost(target)
    lastTarget = target
  }
  return lastRead
}

function readHost(target: string | undefined): ReadHost {
  if (target === undefined || target === '') return NONE
  if (target !== target.trim()) return UNREADABLE
  if (HOST_AND_PORT.test(target)) return hostOf(`http://${target}`)
  const scp = SCP.exec(target)?.[1]
  if (scp !== undefined) return hostOf(`http://${scp}`)
  if (SCHEME.test(target)) return hostOfUrl(target)
  if (target.startsWith('//') || target.startsWith('\\')) return hostOf(`http:${target}`)
  if (/^[/?#.]/.test(target)) return NONE
  const read = hostOf(`http://${target}`)
  return read.kind === 'unreadable' && isMereName(target) ? NONE : read
}

/** Words such as `Invoice 12.5`, which no program takes for a host. */
function isMereName(target: string): boolean {
  if (/[@:/\\\p{Cc}]/u.test(target)) return false
  return target.includes(' ') || !target.includes('.')
}

function hostOfUrl(target: string): ReadHost {
  const url = parse(target)
  if (url === undefined) return UNREADABLE
  if (url.host !== '' && !isPlain(target)) return UNREADABLE
  // Hosts of schemes that the URL standard does not know come as they were written.
  if (url.host !== '') return WEB.test(url.protocol) ? named(url.hostname) : hostOf(`http://${url.host}`)
  // `view-source:https://host/` names a host in its own way.
  if (url.pathname.includes('//') && url.protocol !== 'file:') return UNREADABLE
  // `mailto:a@host` and `user:secret@host` have no authority, yet a program may go to that host.
  return target.includes('@') ? hostOf(`http://${target}`) : NONE
}

function hostOf(text: string): ReadHost {
  const url = parse(text)
  return url === undefined || !isPlain(text) ? UNREADABLE : named(url.hostname)
}

/** One host for every reader: nothing ambiguous up to the path, and one `@` at most. */
function isPlain(url: string): boolean {
  const head = /^[A-Za-z][A-Za-z0-9+.-]*:[/\\]*[^/?#]*/.exec(url)?.[0] ?? url
  return !AMBIGUOUS.test(head) && head.indexOf('@') === head.lastIndexOf('@')
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

function named(hostname: string): ReadHost {
  const host = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
  if (host === '') return NONE
  return host.startsWith('.') || host.endsWith('.') || host.includes('..')
    ? UNREADABLE
    : { kind: 'host', host }
}
