import type { Operation } from '@modei/protocol'

/** What a group is called where the resource's own name is not what people say. */
const GROUPS: ReadonlyMap<string, string> = new Map([
  ['api_keys', 'keys'],
  ['checks', 'check'],
  ['discovery', 'discover'],
])

/** Names that the rule below would make unclear. */
const VERBS: ReadonlyMap<string, string> = new Map([
  ['check_gate', 'gate'],
  ['authorize_dry_run', 'dry-run'],
  ['enforce_action', 'enforce'],
  ['discover_services', 'services'],
  ['issue_consumption_attestation', 'consume'],
  ['generate_settlement', 'settle'],
  ['get_cumulative_state', 'state'],
  ['reset_cumulative_state', 'reset-state'],
  ['get_sla_compliance', 'sla'],
])

export interface CommandName {
  group: string
  verb: string
}

/** `list_gates` → `gates list`; `rotate_gate_key` → `gates rotate-key`. */
export function commandName({ id, resource }: Pick<Operation, 'id' | 'resource'>): CommandName {
  const group = GROUPS.get(resource) ?? resource.replaceAll('_', '-')
  const said = VERBS.get(id)
  if (said !== undefined) return { group, verb: said }
  const [verb = '', ...words] = id.split('_')
  const saidAlready = [...resource.replace(/s$/, '').split('_'), 'action']
  return {
    group,
    verb: [verb, ...words.filter((word) => !saidAlready.includes(word.replace(/s$/, '')))].join('-'),
  }
}
