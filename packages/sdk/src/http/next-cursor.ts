const ENTRY = /<([^<>]*)>((?:\s*;\s*[a-z*]+\s*=\s*(?:"[^"]*"|[^\s;,"]+))*)/gi
const REL = /;\s*rel\s*=\s*"?([^";]*)/i

/**
 * The cursor of the page after this one, from the `Link` header (RFC 8288), or undefined on the last page.
 * Only the cursor is taken from the address: a page is always asked of the server that the client was made for,
 * so the key never follows a link to another origin.
 */
export function readNextCursor(headers: Headers): string | undefined {
  for (const [, address = '', parameters = ''] of (headers.get('link') ?? '').matchAll(ENTRY)) {
    const relations = REL.exec(parameters)?.[1]?.toLowerCase().split(/\s+/)
    if (relations?.includes('next') !== true) continue
    const query = address.split('#', 1)[0]?.split('?').slice(1).join('?')
    return new URLSearchParams(query).get('cursor') ?? undefined
  }
  return undefined
}
