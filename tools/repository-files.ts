import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../', import.meta.url)

/** What is made by installing, building and running; `.gitignore` names the same. */
const MADE = /^(?:\.git|node_modules|dist|data|coverage|\.venv.*|__pycache__)$/

/** Paths from the repository's root of all that somebody wrote, sorted. Needs no git. */
export function repositoryFiles(): string[] {
  return walk('').sort()
}

export function readText(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8')
}

/** Absolute, for tools that want a path of the file system. */
export function absolute(path: string): string {
  return fileURLToPath(new URL(path, ROOT))
}

function walk(directory: string): string[] {
  return readdirSync(new URL(directory, ROOT), { withFileTypes: true }).flatMap((entry) => {
    if (MADE.test(entry.name)) return []
    if (entry.isDirectory()) return walk(`${directory}${entry.name}/`)
    return entry.isFile() ? [directory + entry.name] : []
  })
}
