import type { Request, Shell } from "../cli/request.ts";
import type { ExitCode, Io } from "./io.ts";

/** kubectl runs the file of this name in PATH for what follows `kubectl cilium-health` (kubectl 1.26 and newer). */
const forKubectl = `#!/bin/sh
# Completion of kubectl cilium-health, for every shell that kubectl completes. Put this file into your PATH:
#   kubectl cilium-health completion kubectl > ~/.krew/bin/kubectl_complete-cilium_health
#   chmod +x ~/.krew/bin/kubectl_complete-cilium_health
exec kubectl-cilium_health __complete "$@" 2>/dev/null
`;

/** For those who call the program by its file's name. bash breaks words at = and :, so they are put together again. */
const forBash = `# bash completion of kubectl-cilium_health:
#   source <(kubectl-cilium_health completion bash)
# After kubectl it is kubectl's own completion: see "completion kubectl".
_kubectl_cilium_health() {
  local line word directive=4 cur="" joined=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ \${#joined[@]} -gt 0 && ( $word == "=" || $word == ":" || \${joined[-1]} == *[=:] ) ]]; then
      joined[-1]+=$word
    else
      joined+=("$word")
    fi
  done
  cur=\${COMP_WORDS[COMP_CWORD]}
  [[ $cur == "=" || $cur == ":" ]] && cur=""
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line =~ ^:[0-9]+$ ]]; then
      directive=\${line:1}
    else
      word=\${line%%$'\\t'*}
      [[ $cur == *:* || \${joined[-1]} != *:* ]] || word=\${word##*:}
      [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
    fi
  done < <("\${COMP_WORDS[0]}" __complete "\${joined[@]}" 2>/dev/null)
  if [[ $directive == 0 ]]; then compopt -o default 2>/dev/null; fi
}
complete -F _kubectl_cilium_health kubectl-cilium_health
`;

const forZsh = `#compdef kubectl-cilium_health
# zsh completion of kubectl-cilium_health:
#   source <(kubectl-cilium_health completion zsh)
# After kubectl it is kubectl's own completion: see "completion kubectl".
_kubectl_cilium_health() {
  local line directive=4
  local -a answers
  while IFS= read -r line; do
    if [[ $line =~ '^:[0-9]+$' ]]; then
      directive=\${line#:}
    else
      line=\${line//:/\\\\:}
      answers+=("\${line/$'\\t'/:}")
    fi
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if [[ $directive == 0 ]]; then
    [[ $PREFIX == -*=* ]] && compset -P '*='
    _files
  else
    [[ $PREFIX == -*=* ]] && compset -P '*='
    _describe -t answers answer answers
  fi
}
compdef _kubectl_cilium_health kubectl-cilium_health
`;

const scripts: Readonly<Record<Shell, string>> = { kubectl: forKubectl, bash: forBash, zsh: forZsh };

/** The script that asks this program what could stand where the user is typing. */
export async function completion(
  { shell }: Extract<Request, { kind: "completion" }>,
  io: Pick<Io, "write">,
): Promise<ExitCode> {
  await io.write(scripts[shell]);
  return 0;
}
