import type { Migration } from 'kysely/migration'
import type { Engine } from '../store.ts'
import { initial } from './0001-initial.ts'
import { catalogs } from './0002-catalogs.ts'
import { templates } from './0003-templates.ts'
import { settlements } from './0004-settlements.ts'
import { anonymous } from './0005-anonymous.ts'
import { checkpoints } from './0006-checkpoints.ts'
import { merkleNodes } from './0007-merkle-nodes.ts'
import { agents } from './0008-agents.ts'
import { leases } from './0009-leases.ts'
import { retention } from './0010-retention.ts'
import { counterPages } from './0011-counter-pages.ts'
import { places } from './0012-places.ts'
import { placesAtOnce } from './0013-places-at-once.ts'

/** Every migration in order. A landed migration never changes: add the next one. */
export function migrations(engine: Engine): Record<string, Migration> {
  return {
    '0001-initial': initial(engine),
    '0002-catalogs': catalogs(engine),
    '0003-templates': templates(engine),
    '0004-settlements': settlements(engine),
    '0005-anonymous': anonymous(engine),
    '0006-checkpoints': checkpoints(engine),
    '0007-merkle-nodes': merkleNodes(engine),
    '0008-agents': agents(engine),
    '0009-leases': leases(engine),
    '0010-retention': retention(engine),
    '0011-counter-pages': counterPages(engine),
    '0012-places': places(engine),
    '0013-places-at-once': placesAtOnce(engine),
  }
}
