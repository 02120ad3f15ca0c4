export interface Import {
  /** As written: a package, a Node module or a relative path. */
  from: string
  /** Gone at run time: `import type` and `export type`. One `type` inside the braces still loads the module. */
  typeOnly: boolean
}

const STATEMENT = /\b(?:import|export)\s+(type\s+)?(?:[\w*${},\s]+?\s+from\s*)?(['"])([^'"\n]+)\2/g
const CALL = /\bimport\(\s*(['"])([^'"\n]+)\1/g

/** Everything that a TypeScript source imports or re-exports, in the order of its text. */
export function readImports(source: string): Import[] {
  const text = withoutComments(source)
  const statements = [...text.matchAll(STATEMENT)].map((match) => ({
    at: match.index,
    from: match[3] ?? '',
    typeOnly: match[1] !== undefined,
  }))
  const calls = [...text.matchAll(CALL)].map((match) => ({
    at: match.index,
    from: match[2] ?? '',
    typeOnly: false,
  }))
  return [...statements, ...calls]
    .sort((a, b) => a.at - b.at)
    .map(({ from, typeOnly }) => ({ from, typeOnly }))
}

const COMMENT_OR_STRING = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g

/** The source without its comments; strings stay, since they may look like comments and may be imports. */
export function withoutComments(source: string): string {
  return source.replaceAll(COMMENT_OR_STRING, (part) => (part.startsWith('/') ? ' ' : part))
}

/** The source without comments and quoted strings: what runs, and what stands in templates. */
export function onlyCode(source: string): string {
  return source.replaceAll(COMMENT_OR_STRING, (part) => (part.startsWith('/') ? ' ' : "''"))
}
