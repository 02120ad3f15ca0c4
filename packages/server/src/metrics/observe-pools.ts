import type { Meter } from '@opentelemetry/api'
import type { PoolState } from '../store/store.ts'

/** Counts, each time somebody collects, the connections to the database. */
export function observePools(meter: Meter, pools: () => readonly PoolState[]): void {
  const gauge = (name: string, description: string, read: (state: PoolState) => number) =>
    meter.createObservableGauge(name, { description }).addCallback((result) => {
      for (const state of pools()) result.observe(read(state), { pool: state.pool })
    })
  gauge('modei_database_connections', 'Open connections to the database', ({ total }) => total)
  gauge('modei_database_connections_idle', 'Open connections that nobody uses', ({ idle }) => idle)
  gauge('modei_database_connections_waiting', 'Who waits for a connection', ({ waiting }) => waiting)
}
