import type { Command } from 'commander'

interface Level {
  /** Words that lead there, without `modei`. */
  path: string
  words: readonly string[]
}

/** What may follow each command, flags included. */
function levels(command: Command, path: readonly string[] = []): Level[] {
  const flags = command.options.filter(({ hidden }) => !hidden).map(({ long, short }) => long ?? short ?? '')
  const words = [...command.commands.map((child) => child.name()), ...flags, '--help'].filter(
    (word) => word !== '',
  )
  return [
    { path: path.join(' '), words },
    ...command.commands.flatMap((child) => levels(child, [...path, child.name()])),
  ]
}

/** A script for the shell to evaluate, printed from the commands themselves. */
export function completionScript(shell: string, program: Command): string {
  const known = levels(program)
  if (shell === 'fish') return fish(known)
  return shell === 'zsh' ? `autoload -U +X bashcompinit && bashcompinit\n${bash(known)}` : bash(known)
}

function bash(known: readonly Level[]): string {
  const cases = known.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`)
  return `_modei() {
  local path='' words='' word index
  for (( index = 1; index < COMP_CWORD; index++ )); do
    word="\${COMP_WORDS[index]}"
    case "$word" in -*) ;; *) if [ "$(_modei_words "$path" | tr ' ' '\\n' | grep -Fxc -- "$word")" != 0 ]; then path="\${path:+$path }$word"; fi ;; esac
  done
  COMPREPLY=( $(compgen -W "$(_modei_words "$path")" -- "\${COMP_WORDS[COMP_CWORD]}") )
}
_modei_words() {
  local words=''
  case "$1" in
${cases.join('\n')}
  esac
  printf '%s' "$words"
}
complete -o default -F _modei modei
`
}

function fish(known: readonly Level[]): string {
  const lines = known.flatMap(({ path, words }) => {
    const place =
      path === ''
        ? '__fish_use_subcommand'
        : path
            .split(' ')
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join('; and ')
    return words.map((word) =>
      word.startsWith('--')
        ? `complete -c modei -n '${place}' -l ${word.slice(2)}`
        : `complete -c modei -f -n '${place}' -a ${word}`,
    )
  })
  return `${lines.join('\n')}\n`
}
