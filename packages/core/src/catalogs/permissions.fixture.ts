import { readFileSync } from 'node:fs'
import type { ListedPermission } from './catalog.ts'

export type PartialPermission = { permission_key: string } & Partial<ListedPermission>

/** A permission with its defaults. */
export function listed({ permission_key, ...given }: PartialPermission): ListedPermission {
  return {
    permission_key,
    display_name: permission_key,
    description: '',
    risk_level: 'low',
    min_trust_level: 1,
    constraints: {},
    ...given,
  }
}

const FOLDER = new URL('../../../../vectors/catalogs/', import.meta.url)

// biome-ignore lint/suspicious/noExplicitAny: vectors are read as they are
export function catalogVectors(name: string): any {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))
}
