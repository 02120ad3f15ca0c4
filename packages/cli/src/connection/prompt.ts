import { createInterface } from 'node:readline/promises'
import { Interrupted, UsageError } from '../exit-codes.ts'

const MAX_SECRET = 4096

/** Asks a question on the terminal; an empty answer is the default. */
export async function ask(question: string, fallback: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const signal = new AbortController()
    terminal.once('SIGINT', () => signal.abort())
    const answer = await terminal.question(`${question} [${fallback}]: `, { signal: signal.signal })
    return answer.trim() === '' ? fallback : answer.trim()
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw new Interrupted()
    throw error
  } finally {
    terminal.close()
  }
}

/** Reads a secret: at a terminal without showing it, else the first line of standard input. */
export async function readSecret(question: string): Promise<string> {
  const secret = process.stdin.isTTY ? await readHidden(question) : await readLine()
  if (secret === '') throw new UsageError('nothing was entered')
  return secret
}

async function readLine(): Promise<string> {
  let text = ''
  for await (const part of process.stdin.setEncoding('utf8')) {
    text += String(part)
    if (text.includes('\n') || text.length > MAX_SECRET) break
  }
  return (text.split('\n', 1)[0] ?? '').trim()
}

function readHidden(question: string): Promise<string> {
  const { stdin, stderr } = process
  return new Promise((resolve, reject) => {
    let secret = ''
    const finish = (end: () => void) => {
      stdin.off('data', take)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
      end()
    }
    const take = (keys: string) => {
      for (const key of keys) {
        if (key === '\r' || key === '\n' || key === '\u0004') return finish(() => resolve(secret.trim()))
        if (key === '\u0003') return finish(() => reject(new Interrupted()))
        if (key === '\u007f' || key === '\b') secret = secret.slice(0, -1)
        else if (key >= ' ' && secret.length < MAX_SECRET) secret += key
      }
      return undefined
    }
    // Before the question: what is typed ahead must not be echoed either.
    stdin.setRawMode(true)
    stdin.setEncoding('utf8')
    stdin.on('data', take)
    stderr.write(`${question}: `)
    stdin.resume()
  })
}
