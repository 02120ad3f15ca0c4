import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'
import { initial } from './0001-initial.ts'

/** Every migration in order. A landed migration never changes: add the next one. */
export function migrations(engine: Engine): Record<string, Migration> {
  return { '0001-initial': initial(engine) }
}
