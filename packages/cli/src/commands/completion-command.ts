import { Argument, Command } from 'commander'
import { completionScript } from '../completion/completion-scripts.ts'
import { write } from '../output/write.ts'

export function completionCommand(): Command {
  const command = new Command('completion').description('print a completion script for a shell to evaluate')
  return command
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .action((shell: string) => write(completionScript(shell, command.parent ?? command)))
}
