import { plainLine } from './plain-text.ts'

const MAX_CELL = 44
const MAX_COLUMNS = 7
/** Long texts that only machines read. */
const MACHINE = /_json$|_hash$|^signature$|_signature$|public_key$|signing_key_id$|^envelope$/

type Row = Readonly<Record<string, unknown>>

/** Rows as columns under headings, for people. Columns are those that the first rows have short values for. */
export function table(rows: readonly Row[]): string {
  if (rows.length === 0) return 'nothing'
  const columns = columnsOf(rows)
  const cells = [
    columns.map((name) => name.toUpperCase()),
    ...rows.map((row) => columns.map((name) => cell(row[name]))),
  ]
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  return cells
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** One object as lines of name and value. */
export function record(row: Row): string {
  const entries = Object.entries(row).filter(([, value]) => value !== undefined)
  const width = Math.max(0, ...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${plainLine(display(value))}`).join('\n')
}

function columnsOf(rows: readonly Row[]): string[] {
  const names = new Set<string>()
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) if (isShort(name, value)) names.add(name)
  return [...names]
    .filter((name) => rows.some((row) => row[name] !== null && row[name] !== undefined))
    .slice(0, MAX_COLUMNS)
}

function isShort(name: string, value: unknown): boolean {
  if (MACHINE.test(name)) return false
  return (
    typeof value !== 'object' ||
    value === null ||
    (Array.isArray(value) && value.every((item) => typeof item === 'string'))
  )
}

function cell(value: unknown): string {
  const text = plainLine(display(value))
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text
}

function display(value: unknown): string {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return '-'
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
