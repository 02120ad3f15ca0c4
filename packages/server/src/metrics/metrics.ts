import type { Counter, Histogram, Meter } from '@opentelemetry/api'
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import type { RetentionObserver } from '../jobs/retain.ts'
import type { MonthReport } from '../retention/run-retention.ts'
import type { FlushObserver, Recorded } from '../store/group-commit.ts'
import type { PoolState } from '../store/store.ts'
import { observeDatabase } from './observe-database.ts'
import { observePools } from './observe-pools.ts'

/** What is asked for its state when somebody collects, instead of telling each change. */
export interface MetricSources {
  /** Decisions that wait for their batch. */
  waiting(): number
  /** Connections to the database, by pool. */
  pools(): readonly PoolState[]
  passportCache(): { hits: number; misses: number; size: number }
  /** Resolves when the database answers. */
  ping(): Promise<void>
}

const FLUSH_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** So many requests are recorded one after the other: each by itself, between all that a request is, takes four times as long. */
const AT_ONCE = 256

/** Collects when asked, and neither runs a timer nor opens a port. */
class OnDemandReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/**
 * What this process counts about itself. INVARIANT: no label names a tenant, gate, agent or address, so whoever
 * may read the numbers learns of nobody in particular, and their count is bounded by the code.
 */
export class Metrics implements FlushObserver, RetentionObserver {
  readonly #reader = new OnDemandReader()
  readonly #serializer = new PrometheusSerializer('', false, undefined, true, true)
  readonly #meter: Meter
  readonly #decisions: Counter
  readonly #retention: Counter
  readonly #flushSize: Histogram
  readonly #flushSeconds: Histogram
  readonly #commitSeconds: Histogram
  readonly #requestSeconds: Histogram
  /** Answered and not recorded yet. */
  #requests: { operation: string; status: number; milliseconds: number }[] = []
  #collecting: Promise<string> | undefined

  constructor() {
    this.#meter = new MeterProvider({ readers: [this.#reader] }).getMeter('modei')
    this.#decisions = this.#meter.createCounter('modei_decisions_total', {
      description: 'Records written to the log, by kind and by what was decided',
    })
    this.#retention = this.#meter.createCounter('modei_retention_total', {
      description: 'Months of the log that were due for removal, by what became of them in a run',
    })
    this.#flushSize = this.#histogram('modei_flush_size', 'Decisions in one batch', FLUSH_SIZES)
    this.#flushSeconds = this.#histogram(
      'modei_flush_seconds',
      'From the start of a batch to its commit',
      SECONDS,
    )
    this.#commitSeconds = this.#histogram(
      'modei_commit_seconds',
      'The commit of a batch alone, which waits for the disk',
      SECONDS,
    )
    this.#requestSeconds = this.#histogram(
      'modei_http_request_seconds',
      'HTTP requests, by operation and status',
      SECONDS,
    )
  }

  #histogram(name: string, description: string, explicitBucketBoundaries: number[]): Histogram {
    return this.#meter.createHistogram(name, { description, advice: { explicitBucketBoundaries } })
  }

  onFlush(size: number, milliseconds: number): void {
    this.#flushSize.record(size)
    this.#flushSeconds.record(milliseconds / 1000)
  }

  /** Adds up a committed batch first, so that a decision costs less than a counter. */
  onCommit(records: readonly Recorded[]): void {
    const counts = new Map<string, { kind: string; result: string; count: number }>()
    for (const { type, decision } of records) {
      const key = `${type} ${decision}`
      const tally = counts.get(key)
      if (tally === undefined) counts.set(key, { kind: type, result: decision ?? 'none', count: 1 })
      else tally.count += 1
    }
    for (const { kind, result, count } of counts.values()) this.#decisions.add(count, { kind, result })
  }

  onSync(milliseconds: number): void {
    this.#commitSeconds.record(milliseconds / 1000)
  }

  onRetention({ outcome, reason }: MonthReport): void {
    this.#retention.add(1, { outcome, reason: reason ?? 'none' })
  }

  onRequest(operation: string, status: number, milliseconds: number): void {
    this.#requests.push({ operation, status, milliseconds })
    if (this.#requests.length >= AT_ONCE) this.#recordRequests()
  }

  #recordRequests(): void {
    for (const { operation, status, milliseconds } of this.#requests) {
      this.#requestSeconds.record(milliseconds / 1000, { operation, status: String(status) })
    }
    this.#requests = []
  }

  /** Asks these from now on. Called once in a process. */
  observe(sources: MetricSources): void {
    const gauge = (name: string, description: string, read: () => number) =>
      this.#meter.createObservableGauge(name, { description }).addCallback((result) => result.observe(read()))
    gauge('modei_decisions_waiting', 'Decisions that wait for a batch', () => sources.waiting())
    gauge(
      'modei_passport_cache_size',
      'Passports kept parsed and verified',
      () => sources.passportCache().size,
    )
    gauge('process_resident_memory_bytes', 'Memory of the process', () => process.memoryUsage.rss())
    gauge('process_heap_used_bytes', 'Live objects of the process', () => process.memoryUsage().heapUsed)
    gauge(
      'process_start_time_seconds',
      'Start of the process, Unix time',
      () => performance.timeOrigin / 1000,
    )
    this.#meter
      .createObservableCounter('modei_passport_cache_total', {
        description: 'Look-ups of server-issued passports, by whether they were kept from an earlier one',
      })
      .addCallback((result) => {
        const { hits, misses } = sources.passportCache()
        result.observe(hits, { result: 'hit' })
        result.observe(misses, { result: 'miss' })
      })
    observeDatabase(this.#meter, () => sources.ping())
    observePools(this.#meter, () => sources.pools())
  }

  /** The numbers in Prometheus' text format. Whoever asks meanwhile gets the same. */
  text(): Promise<string> {
    this.#collecting ??= this.#collect().finally(() => {
      this.#collecting = undefined
    })
    return this.#collecting
  }

  async #collect(): Promise<string> {
    this.#recordRequests()
    const { resourceMetrics } = await this.#reader.collect()
    return this.#serializer.serialize(resourceMetrics)
  }
}
