# What bash alone needs: a look at its options, and its traps.

# Whether patterns mean what they should, ASCII alone can be printed, and printf writes at once, which it does from 5.2 on.
__runlog_know_options() {
  [[ ${BASH_VERSINFO[0]}.${BASH_VERSINFO[1]} = @(5.[2-9]|[6-9].*|[1-9][0-9].*) && B != [a-c] && ! -o posix &&
    ${__runlog_letter@Q} = \$* && ${LANG-} = "${__runlog_locales##* }" ]] || return 1
  # Under set -e, cmd || runlog append FAILED must not end the script.
  case $- in *e*) __runlog_kept=0 ;; *) unset -v __runlog_kept ;; esac
}

# While an entry is made a character is a byte, of which ASCII alone can be printed: patterns and texts cost a fifth more otherwise.
# The executable, and a command that it runs, get the locale that the user has.
__runlog_theirs() {
  local name=${__runlog_locale%=C}
  # Unset in a function that it called, a function's own variable gives way to the one it hid, but not under this option.
  if [[ ${!name-} = C ]]; then
    case :$BASHOPTS: in
      *:localvar_unset:*) shopt -u localvar_unset && builtin unset -v "$name" && shopt -s localvar_unset ;;
      *) builtin unset -v "$name" ;;
    esac
  fi
  __runlog_choose_locale
}

# A shell that is in C already stays there. So does one that could not come back: its locale is not installed, or read-only.
__runlog_choose_locale() {
  local name=LC_CTYPE
  [[ $__runlog_locales != "${LC_ALL-} ${LC_CTYPE-} ${LANG-}" ]] || return 0
  __runlog_locales="${LC_ALL-} ${LC_CTYPE-} ${LANG-}" __runlog_locale=__runlog_none=C
  [[ -z ${LC_ALL-} ]] || name=LC_ALL
  if [[ ${__runlog_letter@Q} != \$* ]] && (__runlog_visit "$name=C" && [[ ${__runlog_letter@Q} != \$* ]]) 2>/dev/null; then
    __runlog_locale=$name=C
  fi
}
__runlog_visit() {
  local "$1"
}
__runlog_letter=$'\303\251' __runlog_locales=''
__runlog_choose_locale

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

# Only while the user's own EXIT trap runs: it may end in an exit, and a signal may have brought it on in the midst of an entry.
__runlog_own_exit() {
  local IFS=' '
  [[ " ${FUNCNAME[*]} " != *' runlog '* ]] || __runlog_theirs
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
if [[ -t 0 || -t 1 || -t 2 ]]; then __runlog_long='????'; fi
