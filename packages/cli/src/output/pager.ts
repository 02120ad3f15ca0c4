import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { write } from './write.ts'

/** Prints text for people: at a terminal through their pager, which `less` leaves at once when it fits the screen. */
export async function throughPager(texts: AsyncIterable<string>): Promise<void> {
  const command = pagerOf(process.env)
  if (command === undefined) {
    for await (const text of texts) await write(text)
    return
  }
  const pager = spawn(command, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: withoutSettings(process.env),
  })
  let ended = false
  const end = once(pager, 'close').then(() => {
    ended = true
  })
  // Whoever reads has seen enough.
  pager.stdin.on('error', () => undefined)
  // Ctrl-C is the pager's, which would otherwise be left with a terminal that the shell uses too.
  const keepOn = () => undefined
  process.on('SIGINT', keepOn)
  try {
    for await (const text of texts) {
      if (ended) break
      if (pager.stdin.write(text)) continue
      await Promise.race([once(pager.stdin, 'drain').catch(() => undefined), end])
    }
    pager.stdin.end()
    await end
  } finally {
    process.off('SIGINT', keepOn)
  }
}

function pagerOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (process.stdout.isTTY !== true || process.platform === 'win32') return undefined
  const named = (env.MODEI_PAGER ?? env.PAGER ?? 'less').trim()
  const [program] = named.split(/\s+/)
  if (program === undefined || program === '' || program === 'cat') return undefined
  const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' })
  return found.status === 0 ? named : undefined
}

/** A pager needs no key. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('MODEI_'))
  return { LESS: 'FX', ...Object.fromEntries(kept) }
}
