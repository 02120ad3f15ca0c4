/**
 * Text without what a terminal would obey. Names, targets and reasons come from agents and servers, who could
 * otherwise rewrite what was printed before. Line breaks and tabs stay.
 */
export function plainText(text: string): string {
  return text.replace(/[^\P{C}\n\t]/gu, '\u{fffd}')
}

/** The same on one line. */
export function plainLine(text: string): string {
  return plainText(text).replace(/[\n\t]/g, ' ')
}
