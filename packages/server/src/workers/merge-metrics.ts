/** What Prometheus calls a family: its descriptions, then all of its samples together. */
interface Family {
  head: string[]
  samples: string[]
}

/**
 * One page of numbers out of those of several processes, in Prometheus' text format. Each sample says whose it is by
 * the label `worker`, so nothing is added up here that should not be.
 * @param pages by the worker's number
 */
export function mergeMetrics(pages: ReadonlyMap<number, string>): string {
  const families = new Map<string, Family>()
  for (const [worker, page] of pages) {
    let family: Family | undefined
    for (const line of page.split('\n')) {
      const described = /^# (?:HELP|TYPE) (\S+)/.exec(line)?.[1]
      if (described !== undefined) {
        family = families.get(described)
        if (family === undefined) {
          family = { head: [], samples: [] }
          families.set(described, family)
        }
        if (!family.head.includes(line)) family.head.push(line)
      } else if (line !== '' && !line.startsWith('#')) {
        family?.samples.push(withWorker(line, worker))
      }
    }
  }
  const lines = [...families.values()].flatMap(({ head, samples }) => [...head, ...samples])
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** A name ends at its labels or at the space before its value, so the first of both is the place. */
function withWorker(sample: string, worker: number): string {
  return sample.replace(/^([^\s{]+)(?:\{(\}?))?/, (_match, name: string, empty: string | undefined) => {
    if (empty === undefined) return `${name}{worker="${worker}"}`
    return empty === '}' ? `${name}{worker="${worker}"}` : `${name}{worker="${worker}",`
  })
}
