import { operationList } from '@modei/protocol/operations'
import { Command } from 'commander'
import { commandName } from './command-name.ts'
import { operationCommand } from './operation-command.ts'

/** `modei <resource> <verb>` for every call of the table. */
export function operationGroups(): Command[] {
  const groups = new Map<string, Command>()
  for (const operation of operationList) {
    const { group, verb } = commandName(operation)
    const command =
      groups.get(group) ?? new Command(group).description(`calls about ${group.replaceAll('-', ' ')}`)
    groups.set(group, command)
    command.addCommand(operationCommand(operation, verb))
  }
  return [...groups.values()]
}
