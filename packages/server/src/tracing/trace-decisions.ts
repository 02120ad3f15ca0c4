import type { AsyncLocalStorage } from 'node:async_hooks'
import { ModeiProblem } from '@modei/protocol'
import { ROOT_CONTEXT, type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import { PROBLEMS } from '../http/problem.ts'
import { type DecisionJob, IdempotentReplay, type Store } from '../store/store.ts'

/** A store whose decisions are spans, from joining the queue until they are on disk, below the request of each. */
export function traceDecisions(store: Store, tracer: Tracer, active: AsyncLocalStorage<Span>): Store {
  return {
    ...store,
    async decide<T>(job: DecisionJob<T>): Promise<T> {
      const request = active.getStore()
      if (request === undefined || !request.isRecording()) return store.decide(job)
      const span = tracer.startSpan('decision', {}, trace.setSpan(ROOT_CONTEXT, request))
      try {
        return await store.decide(watched(job, span))
      } catch (error) {
        if (isFailure(error)) span.setStatus({ code: SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    },
  }
}

function watched<T>(job: DecisionJob<T>, span: Span): DecisionJob<T> {
  return {
    ...job,
    onBatch(size) {
      span.setAttribute('modei.batch_size', size)
      span.addEvent('flush')
    },
    decide(facts) {
      const answer = job.decide(facts)
      // A batch that is tried again decides anew; what is said last is what counts.
      if (!('need' in answer)) {
        const { type, decision } = answer.attestation
        span.setAttributes({ 'modei.kind': type, 'modei.decision': decision ?? 'none' })
      }
      return answer
    },
  }
}

/** Whether the decision failed, where a request that cannot be processed or was answered before is only refused. */
function isFailure(error: unknown): boolean {
  if (error instanceof IdempotentReplay) return false
  return !(error instanceof ModeiProblem) || PROBLEMS[error.code][0] >= 500
}
