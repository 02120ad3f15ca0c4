import { CelScalar, celEnv, mapType, objectType } from '@bufbuild/cel'
import { TimestampSchema } from '@bufbuild/protobuf/wkt'
import { boundedFunctions } from './bounded-functions.ts'
import { timeFunctions } from './time-functions.ts'

const AnyMap = mapType(CelScalar.STRING, CelScalar.DYN)

/** The variables of an expression. A target may be absent, and is `null` then. */
export const VARIABLES = {
  action: CelScalar.STRING,
  target: CelScalar.DYN,
  target_host: CelScalar.DYN,
  cost_cents: CelScalar.INT,
  metadata: AnyMap,
  now: objectType(TimestampSchema),
  passport: AnyMap,
  usage: AnyMap,
} as const

export type VariableName = keyof typeof VARIABLES

export const environment = celEnv({ variables: VARIABLES, funcs: [...boundedFunctions, ...timeFunctions] })

/** Members of `passport`, by the type that an expression sees. */
export const PASSPORT_FIELDS: ReadonlyMap<string, string> = new Map([
  ['passport_id', 'string'],
  ['agent_id', 'string'],
  ['agent_name', 'dyn'],
  ['gate_id', 'dyn'],
  ['permissions', 'list'],
  ['expires_at', 'google.protobuf.Timestamp'],
])
