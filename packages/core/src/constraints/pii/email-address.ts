const LOCAL = /[\p{L}\p{N}._%+'-]/u
const DOMAIN = /^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/u
const MAX_DOMAIN = 255

/** Whether a text holds something of the form `name@host.tld`. */
export function hasEmailAddress(text: string): boolean {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    if (at === 0 || !LOCAL.test(text[at - 1] ?? '')) continue
    const domain = DOMAIN.exec(text.slice(at + 1, at + 1 + MAX_DOMAIN))?.[0]
    if (domain !== undefined && /\.\p{L}[\p{L}\p{N}-]*$/u.test(domain)) return true
  }
  return false
}
