import type { Command } from 'commander';
import { WaslError } from '../errors.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

interface Node {
  /** The words down to this command, `interconnect list`; empty for the program. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly description: string }[];
}

/** A completion script made from the commands as they are registered: it can name no command that is not there. */
export function completionScript(program: Command, shell: string): string {
  const name = program.name();
  const nodes = listNodes(program, []);
  switch (shell) {
    case 'bash':
      return bashScript(name, nodes);
    case 'zsh':
      // zsh understands bash's completions after bashcompinit.
      return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(name, nodes)}`;
    case 'fish':
      return fishScript(name, nodes);
    default:
      throw new WaslError('INPUT_INVALID', `${shell} is not a shell that wasl completes in`, {
        path: 'shell',
        remedy: `Write one of ${SHELLS.join(', ')}.`,
      });
  }
}

function listNodes(command: Command, path: readonly string[]): Node[] {
  const children = command.commands.map((child) => ({ word: child.name(), description: child.description() }));
  const options = command.options
    .filter((option) => option.long !== undefined && !option.hidden)
    .map((option) => ({ word: option.long ?? '', description: option.description }));
  const own = { path: path.join(' '), words: [...children, ...options, { word: '--help', description: 'help' }] };
  return [own, ...command.commands.flatMap((child) => listNodes(child, [...path, child.name()]))];
}

function bashScript(name: string, nodes: readonly Node[]): string {
  const cases = nodes.map(({ path, words }) => `    "${path}") words="${words.map(({ word }) => word).join(' ')}" ;;`);
  const paths = nodes.map(({ path }) => `"${path}"`).join(' ');
  // Files complete the arguments of commands that take one.
  return `_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word next known words=""
  local -a paths=(${paths})
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    for known in "\${paths[@]}"; do
      if [ "$known" = "$next" ]; then path="$next"; break; fi
    done
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

function fishScript(name: string, nodes: readonly Node[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = nodes.flatMap(({ path, words }) => {
    const parts = path === '' ? [] : path.split(' ');
    const children = words.filter(({ word }) => !word.startsWith('--')).map(({ word }) => word);
    const seen = parts.map((part) => `__fish_seen_subcommand_from ${part}`);
    const unseen = children.length > 0 ? [`not __fish_seen_subcommand_from ${children.join(' ')}`] : [];
    const condition = [...seen, ...unseen].join('; and ');
    const when = condition === '' ? '' : ` -n ${quote(condition)}`;
    return words.map(({ word, description }) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`;
      return `complete -c ${name}${when} ${what} -d ${quote(description)}`;
    });
  });
  return `${lines.join('\n')}\n`;
}
