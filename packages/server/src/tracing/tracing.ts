import type { FastifyInstance } from 'fastify'
import type { Store } from '../store/store.ts'

/** Tells a collector what took how long. There is one only when the settings name a collector. */
export interface Tracing {
  /** Makes a span of every request from now on. Called before the routes are mounted. */
  traceRequests(app: FastifyInstance): void
  /** The same store, whose decisions are spans below the request that asked for them. */
  traceDecisions(store: Store): Store
  /** Sends what is left, and gives up on a collector that does not answer within a few seconds. */
  close(): Promise<void>
}
