#compdef runlog
# Completion of runlog for zsh: eval "$(runlog completion zsh)", or a file _runlog in a folder of $fpath. What may follow is asked of
# runlog itself.
_runlog() {
  local program=runlog kind line found=1
  local -a answer described
  [[ $words[1] == */* ]] && program=${~words[1]}
  answer=("${(@f)$(command $program completion zsh -- "${(@Q)words[2,CURRENT - 1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  kind=$answer[1]
  shift answer
  if [[ $kind == command* ]]; then
    shift $((${kind#command } + 1)) words
    ((CURRENT -= ${kind#command } + 1))
    _normal
    return
  fi
  for line in "${(@)answer}"; do
    # A colon parts a word from what it is, so those of the word are masked.
    described+=("${${line%%$'\t'*}//:/\\:}${${line#${line%%$'\t'*}}/$'\t'/:}")
  done
  (( $#described )) && _describe -V -t values runlog described && found=0
  [[ $kind == (files|folders) && $PREFIX == --*=* ]] && compset -P '*='
  case $kind in
    files) _files && found=0 ;;
    folders) _files -/ && found=0 ;;
  esac
  return found
}
if [[ $funcstack[1] == _runlog ]]; then
  _runlog "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _runlog runlog
fi
