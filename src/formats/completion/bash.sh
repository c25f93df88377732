# Completion of runlog for bash: eval "$(runlog completion bash)". What may follow is asked of runlog itself.
_runlog() {
  local program=runlog word='' piece='' line kind='' index file rest=${COMP_LINE:0:COMP_POINT}
  local -a words=() places=()
  [[ $1 == */* ]] && program=$1
  # Bash cuts words at = and : too. What no blank separates is one word.
  for ((index = 0; index <= COMP_CWORD; index++)); do
    if ((index == 0)) || [[ $rest == [[:blank:]]* ]]; then
      rest=${rest#"${rest%%[![:blank:]]*}"}
      words+=('')
      places+=("$index")
    fi
    piece=${COMP_WORDS[index]}
    ((index == COMP_CWORD)) && piece=$rest
    words[${#words[@]} - 1]+=$piece
    rest=${rest#"$piece"}
  done
  word=${words[${#words[@]} - 1]}
  # An open quote is readline's to keep.
  if [[ $piece == [\"\']* ]]; then
    word=${word%"$piece"}${piece:1}
    piece=${piece:1}
    words[${#words[@]} - 1]=$word
  fi
  # Readline replaces what stands behind such a cut.
  [[ $piece == [=:] ]] && piece=''
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $kind ]]; then
      kind=$line
    elif [[ $line == "$word"* ]]; then
      COMPREPLY+=("${line#"${word%"$piece"}"}")
    fi
  done < <(command "$program" completion bash -- "${words[@]:1}" 2>/dev/null)
  case $kind in
    files)
      if ((${#COMPREPLY[@]} == 0)); then
        compopt -o default
      else
        compopt -o filenames
        while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$piece")
      fi
      ;;
    folders) compopt -o dirnames ;;
    command*)
      index=${places[${kind#command } + 1]}
      if declare -F _command_offset >/dev/null; then
        _command_offset "$index"
      elif ((index == COMP_CWORD)); then
        # Sorted, each is there once.
        compopt +o nosort 2>/dev/null
        while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -c -- "$piece")
      else
        compopt -o default
      fi
      ;;
  esac
}
# Newest runs come first; bash before 4.4 sorts them.
complete -o nosort -F _runlog runlog 2>/dev/null || complete -F _runlog runlog
