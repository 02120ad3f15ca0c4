/**
 * Whether a glob matches a whole text. Only `*` is special: it stands for any run of characters. Takes time in
 * proportion to glob and text, whatever they hold.
 */
export function globMatches(glob: string, text: string): boolean {
  const parts = glob.split('*')
  const first = parts[0] ?? ''
  if (parts.length === 1) return text === first
  const last = parts.at(-1) ?? ''
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false
  const end = text.length - last.length
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = indexIn(text, part, at, end)
    if (found < 0) return false
    at = found + part.length
  }
  return true
}

/** Position of `part` in `text` between `from` and `end`, or -1 (Knuth, Morris and Pratt). */
function indexIn(text: string, part: string, from: number, end: number): number {
  if (part.length === 0) return from
  const fallback = fallbacks(part)
  let matched = 0
  for (let i = from; i < end; i += 1) {
    while (matched > 0 && text[i] !== part[matched]) matched = fallback[matched - 1] ?? 0
    if (text[i] === part[matched]) matched += 1
    if (matched === part.length) return i - part.length + 1
  }
  return -1
}

/** For each prefix, the length of its longest proper end that is a beginning of `part` too. */
function fallbacks(part: string): number[] {
  const lengths = [0]
  let matched = 0
  for (let i = 1; i < part.length; i += 1) {
    while (matched > 0 && part[i] !== part[matched]) matched = lengths[matched - 1] ?? 0
    if (part[i] === part[matched]) matched += 1
    lengths.push(matched)
  }
  return lengths
}
