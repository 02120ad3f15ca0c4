/** One signal that follows several sources and a timer. */
export interface LinkedSignal {
  signal: AbortSignal
  /** Lets the sources go on counting, the timer no more. */
  stopTimer(): void
  /** Ends all listening; without it a long-lived source would keep every finished call alive. */
  release(): void
}

/** Aborts with a source's own reason, or with `timedOut()` after `timeoutMs`. */
export function linkSignals(
  sources: readonly AbortSignal[],
  timeoutMs: number,
  timedOut: () => unknown,
): LinkedSignal {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(timedOut()), timeoutMs)
  const listeners = sources.map((source) => {
    const follow = () => controller.abort(source.reason)
    if (source.aborted) follow()
    source.addEventListener('abort', follow, { once: true })
    return () => source.removeEventListener('abort', follow)
  })
  const stopTimer = () => clearTimeout(timer)
  return {
    signal: controller.signal,
    stopTimer,
    release() {
      stopTimer()
      for (const stopListening of listeners) stopListening()
    },
  }
}

/** Waits, unless a source aborts: then it rejects with that source's reason. */
export function sleep(ms: number, sources: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const link = linkSignals(sources, ms, () => undefined)
    const end = () => {
      link.release()
      const stopped = sources.find((source) => source.aborted)
      if (stopped === undefined) resolve()
      else reject(stopped.reason)
    }
    if (link.signal.aborted) end()
    else link.signal.addEventListener('abort', end, { once: true })
  })
}
