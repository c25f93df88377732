# What bash alone needs: a look at its options, and its traps.

# Whether patterns mean what they should and printf writes at once, which it does from 5.2 on.
__runlog_know_options() {
  [[ ${BASH_VERSINFO[0]}.${BASH_VERSINFO[1]} = @(5.[2-9]|[6-9].*|[1-9][0-9].*) && B != [a-c] && ! -o posix ]] || return 1
  # Under set -e, cmd || runlog append FAILED must not end the script.
  case $- in *e*) __runlog_keeps=0 ;; *) __runlog_keeps=1 ;; esac
}

# What the user sets for EXIT goes in front of ours. A trap for RETURN or DEBUG must not see this function.
trap() {
  local IFS=' ' action
  [[ ${1-} != -- ]] || shift
  if (($# > 1)) && [[ $1 && $1 != -* && " ${*:2} " = *[\ Gg][Dd][Ee][Bb][Uu][Gg]\ * || " ${*:2} " = *[\ Gg][Rr][Ee][Tt][Uu][Rr][Nn]\ * ]]; then
    action=$1
    shift
    set -- "case \${FUNCNAME-} in trap) ;; *) $action"$'\n;; esac' "$@"
  fi
  # shellcheck disable=SC2064 # expanded by whoever calls
  builtin trap "$@" || return
  [[ $BASHPID != "$$" ]] || __runlog_arm
}
declare -ft trap

__runlog_arm() {
  local action
  action=$(builtin trap -p EXIT)
  case $action in *__runlog_begin*) return 0 ;; esac
  if [[ -n $action ]]; then
    action=${action#trap -- }
    eval "action=${action% EXIT}"
  fi
  [[ -n $action ]] || action=:
  # shellcheck disable=SC2064 # as it is now
  builtin trap "if __runlog_begin; then
$action
else
$action
fi
__runlog_finish \"\$__runlog_code\"" EXIT
}

# Only while the user's own EXIT trap runs: it may end in an exit.
__runlog_own_exit() {
  # shellcheck disable=SC2317 # called by the trap
  exit() {
    [[ $BASHPID != "$$" ]] || __runlog_finish "${1-$__runlog_code}"
    builtin exit "${1-$__runlog_code}"
  }
}

__runlog_arm
# A signal without a trap would give the EXIT trap the status of an earlier command.
if [[ $- != *i* ]]; then
  [[ -n $(builtin trap -p HUP) ]] || builtin trap 'exit 129' HUP
  [[ -n $(builtin trap -p INT) ]] || builtin trap 'exit 130' INT
  [[ -n $(builtin trap -p TERM) ]] || builtin trap 'exit 143' TERM
fi

# A stream that has written nothing yet parts the first text that it is given at its line feeds. Its room is 1 KiB where it first
# wrote to a terminal.
builtin printf '\n' >/dev/null
if [[ -t 0 || -t 1 || -t 2 ]]; then __runlog_most=530; fi
