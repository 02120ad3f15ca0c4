import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { ModeiError } from '../errors.ts'

export const ENV_PATH_VAR = 'MODEI_CREDENTIALS_PATH'

/** The given path, else the environment's; `~` is the home directory. Throws when there is neither. */
export function resolveCredentialsPath(path: string | undefined): string {
  const given = path ?? process.env[ENV_PATH_VAR]
  if (given === undefined || given === '') {
    throw new ModeiError(`no credentials path: pass one, or set ${ENV_PATH_VAR}`, {
      code: 'credentials_path_missing',
    })
  }
  return resolve(/^~(?=[/\\]|$)/.test(given) ? join(homedir(), given.slice(1)) : given)
}
