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

/**
 * Bash splits words at colons and keeps their quotes, so the line is read here instead; the part before the last colon is cut off
 * again, so that `group:name` completes once. Behind a quote that is open bash does neither, and closes the quote itself.
 */
const BASH = `# Completions of sup for bash. Use: source <(sup completions bash)
_sup() {
  local line="\${COMP_LINE:0:COMP_POINT}" words=("") quote= char cut at n=0
  for ((at = 0; at < \${#line}; at++)); do
    char="\${line:at:1}"
    if [[ -n "$quote" && "$char" == "$quote" ]]; then quote=
    elif [[ -n "$quote" ]]; then words[n]+="$char"
    elif [[ "$char" == [\\"\\'] ]]; then quote="$char"
    elif [[ "$char" == \\\\ ]]; then ((++at)); words[n]+="\${line:at:1}"
    elif [[ "$char" != [[:space:]] ]]; then words[n]+="$char"
    elif [[ -n "\${words[n]}" ]]; then words[++n]=
    fi
  done
  mapfile -t COMPREPLY < <(sup __complete -- "\${words[@]:1}" 2>/dev/null)
  cut="'"
  [[ "$quote" == "$cut" ]] && COMPREPLY=("\${COMPREPLY[@]//$cut/"'\\''"}")
  [[ -n "$quote" ]] && return
  if [[ "\${words[n]}" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then
    cut="\${words[n]%:*}:"
    COMPREPLY=("\${COMPREPLY[@]#"$cut"}")
  fi
  for cut in "\${!COMPREPLY[@]}"; do printf -v "COMPREPLY[cut]" %q "\${COMPREPLY[cut]}"; done
}
complete -o default -F _sup sup
`;

/**
 * Zsh quotes what it inserts: a raw `*` of `group:*` would be looked up among files. Saved as a file of $fpath, the whole text is
 * the function at its first call, which therefore has to complete as well.
 */
const ZSH = `#compdef sup
# Completions of sup for zsh. Use: source <(sup completions zsh), after compinit; or save this as _sup in a folder of $fpath.
_sup() {
  local -a found
  found=("\${(@f)$(sup __complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  (( \${#found} )) && compadd -- "\${(@)found}" || _files
}
if [[ "$funcstack[1]" == _sup ]]; then
  _sup
elif (( $+functions[compdef] )); then
  compdef _sup sup
fi
`;

/** Fish asks nobody else once a command has completions: files have to be offered here. */
const FISH = `# Completions of sup for fish. Use: sup completions fish | source
function __sup_complete
  set -l typed (commandline -ct | string replace -r '^["\\']' '')
  set -l words (commandline -opc) $typed
  set -l found (sup __complete -- $words[2..-1] 2>/dev/null)
  if set -q found[1]
    printf '%s\\n' $found
  else
    __fish_complete_path $typed
  end
end
complete -c sup -f -a '(__sup_complete)'
`;
