import { execute } from '../store/postgres-server.ts'
import { faultRound, type RoundFigures } from './fault-round.ts'
import type { PostgresRig } from './postgres-rig.ts'

/** `kill -9` of the database's first process, which takes all others with it, and a start of it. */
export function killPostgres(rig: PostgresRig): Promise<RoundFigures> {
  return faultRound(rig, async () => {
    await rig.postgres.crash()
    await rig.postgres.resume()
  })
}

/** `kill -9` of one connection's process in the middle of a decision: the database ends all of them and recovers. */
export function killBackend(rig: PostgresRig): Promise<RoundFigures> {
  return faultRound(rig, async () => {
    const [victim] = await execute(
      rig.postgres.url,
      `select pid from pg_stat_activity where application_name = 'modei' and datname = 'modei'
       order by backend_xid is null, query_start desc limit 1`,
    )
    process.kill(Number(victim?.pid), 'SIGKILL')
  })
}
