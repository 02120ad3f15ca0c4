import {
  type ConstraintInstance,
  type ConstraintMaps,
  collectInstances,
  fromEnvelopePermissions,
  overlayConstraints,
  readConstraintMap,
  withFurther,
} from '@modei/core'
import { sha256Hex } from '@modei/protocol'
import { NewestMap } from '../newest-map.ts'
import type { LivePassport } from '../store/store.ts'
import { jsonObject } from './json.ts'
import type { IssuedPassport } from './passport-cache.ts'

/** What is in force for a passport: its grant, tightened by what was set on the server. */
export function constraintsInForce(passport: IssuedPassport, setConstraints: string | null): ConstraintMaps {
  if (setConstraints === null) return passport.granted
  return overlayConstraints(passport.granted, setMaps(passport, setConstraints))
}

function setMaps(passport: IssuedPassport, setConstraints: string): ConstraintMaps {
  const set = readConstraintMap(jsonObject(setConstraints), passport.permissions)
  // Values are checked when they are set, so this is a damaged row. It must not fall back to the grant alone.
  if (!set.ok) throw new Error(`the constraints set on ${passport.row.id} cannot be read`)
  return set
}

const MAX_CACHED = 10_000

/** The limits that apply to an action, remembered for each passport, version of its constraints, and action. */
export class InstanceCache {
  readonly #cached = new NewestMap<readonly ConstraintInstance[]>(MAX_CACHED)
  /** By what they are made of: passports that were issued alike have one list, which then is at hand for all of them. */
  readonly #alike = new NewestMap<readonly ConstraintInstance[]>(MAX_CACHED)

  of(passport: IssuedPassport, live: LivePassport, action: string): readonly ConstraintInstance[] {
    const key = `${live.id} ${live.constraint_version} ${action}`
    return this.#cached.of(key, () => this.#shared(passport, live, action))
  }

  #shared(passport: IssuedPassport, live: LivePassport, action: string): readonly ConstraintInstance[] {
    const { constraints, permissions } = passport.row
    if (constraints === null) return collect(passport, live, action)
    // Hashed, for these texts may be long.
    const origin = sha256Hex(JSON.stringify([constraints, permissions, live.set_constraints, action]))
    return this.#alike.of(origin, () => collect(passport, live, action))
  }
}

function collect(
  passport: IssuedPassport,
  { set_constraints: set }: LivePassport,
  action: string,
): readonly ConstraintInstance[] {
  if (passport.row.constraints !== null) {
    return collectInstances({ ...constraintsInForce(passport, set), action, source: 'passport' })
  }
  // Only the envelope is known, so its limits measure the whole passport; what was set here stands beside them.
  const signed = fromEnvelopePermissions(passport.envelope.permissions, action)
  const added =
    set === null ? [] : collectInstances({ ...setMaps(passport, set), action, source: 'passport' })
  return withFurther(signed, added)
}
