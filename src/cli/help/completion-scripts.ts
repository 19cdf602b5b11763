import { CliError } from "../cli-error.ts";

/** The script for one shell. It asks `sup __complete` and adds no logic of its own. */
export function completionScript(shell: string): string {
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
