import type { Command } from "commander";
import { CliError } from "./cli-error.ts";
import { findProject } from "./find-daemon.ts";

/** Commands whose arguments are names of programs. */
const TAKES_NAMES = new Set(["up", "status", "ps", "start", "stop", "restart", "signal", "pid", "logs"]);

/**
 * What may come next on a command line: `words` are those after `sup`, the last one being typed (it may be empty). Names
 * come from the running daemon; nothing that the user typed is ever evaluated.
 */
export async function candidates(program: Command, words: readonly string[]): Promise<string[]> {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const command = before.reduce<Command>((at, word) => at.commands.find((one) => one.name() === word) ?? at, program);
  const found = typed.startsWith("-")
    ? optionsOf(command)
    : [...subcommandsOf(command), ...(await argumentsOf(command.name(), before))];
  return found.filter((word) => word.startsWith(typed));
}

function optionsOf(command: Command): string[] {
  return [...command.options.map((option) => option.long ?? option.short ?? ""), "--help"];
}

function subcommandsOf(command: Command): string[] {
  return command.commands.map((one) => one.name()).filter((name) => !name.startsWith("__"));
}

async function argumentsOf(command: string, before: readonly string[]): Promise<string[]> {
  if (command === "completions") return ["bash", "zsh", "fish"];
  if (command === "signal" && before.at(-1) === "signal")
    return ["HUP", "INT", "TERM", "USR1", "USR2", "QUIT", "KILL", "WINCH"];
  if (!TAKES_NAMES.has(command)) return [];
  try {
    const flag = before.findIndex((word) => word === "-c" || word === "--config");
    const { client } = findProject(flag === -1 ? undefined : before[flag + 1]);
    const { processes } = await client.call("status", {});
    const groups = processes.filter((one) => one.group !== one.name).map((one) => `${one.group}:*`);
    return [...new Set([...processes.flatMap((one) => [one.program, one.namespec]), ...groups])];
  } catch {
    return [];
  }
}

/** The script for one shell. It asks `sup __complete` and adds no logic of its own. */
export function completions(shell: string): string {
  switch (shell) {
    case "bash":
      return BASH;
    case "zsh":
      return ZSH;
    case "fish":
      return FISH;
    default:
      throw new CliError(`no completions for ${shell}`, { hint: "There are some for bash, zsh and fish.", status: 2 });
  }
}

/** Bash splits words at colons; the part before the last colon is cut off again, so that `group:name` completes once. */
const BASH = `# Completions of sup for bash. Use: source <(sup completions bash)
_sup() {
  local line="\${COMP_LINE:0:COMP_POINT}" words=() cut
  read -ra words <<<"$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  local word="\${words[\${#words[@]}-1]}"
  mapfile -t COMPREPLY < <(sup __complete -- "\${words[@]:1}" 2>/dev/null)
  if [[ "$word" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then
    cut="\${word%:*}:"
    COMPREPLY=("\${COMPREPLY[@]#"$cut"}")
  fi
}
complete -o default -F _sup sup
`;

const ZSH = `#compdef sup
# Completions of sup for zsh. Use: source <(sup completions zsh)
_sup() {
  local -a found
  found=("\${(@f)$(sup __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  (( \${#found} )) && compadd -Q -- "\${(@)found}" || _files
}
(( $+functions[compdef] )) && compdef _sup sup
`;

const FISH = `# Completions of sup for fish. Use: sup completions fish | source
function __sup_complete
  set -l words (commandline -opc) (commandline -ct)
  sup __complete -- $words[2..-1] 2>/dev/null
end
complete -c sup -f -a '(__sup_complete)'
`;
