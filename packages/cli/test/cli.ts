import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { processEnv } from '../../server/test/process-env.ts'

export const BIN = fileURLToPath(new URL('../../sdk/bin/modei.js', import.meta.url))

export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** An empty directory that is gone after the test. */
export function temporary(t: Pick<TestContext, 'after'>): string {
  const directory = mkdtempSync(join(tmpdir(), 'modei-cli-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Runs `modei` in a process of its own with no settings but those given. */
export function modei(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      env: processEnv({ HOME: '/nonexistent', ...env }),
      timeout: 60_000,
    })
    const run: Run = { code: null, stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (run.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (run.stderr += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...run, code }))
    child.stdin.on('error', () => undefined).end(input)
  })
}
