import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { SecretBox } from '../secret-box.ts'
import type { Store } from '../store/store.ts'
import type { AnonymousUse } from './anonymous-use.ts'
import type { CatalogCache } from './catalog-cache.ts'
import type { HourlyLimits } from './hourly-limits.ts'
import type { InstanceCache } from './own-constraints.ts'
import type { PassportCache } from './passport-cache.ts'

/** What services work with. There is one of these in a process. */
export interface Services {
  store: Store
  box: SecretBox
  config: Config
  logger: Logger
  passports: PassportCache
  catalogs: CatalogCache
  instances: InstanceCache
  limits: HourlyLimits
  anonymous: AnonymousUse
}
