# What zsh alone needs: its modules, and its hook for the exit, beside whatever traps there are.
zmodload zsh/datetime zsh/system

__runlog_at_exit() {
  local __runlog_status=$?
  # Subshells run it too.
  ((ZSH_SUBSHELL > 0)) || __runlog_finish "$__runlog_status"
}

typeset -ga zshexit_functions
case " ${zshexit_functions[*]} " in
  *' __runlog_at_exit '*) ;;
  *) zshexit_functions+=(__runlog_at_exit) ;;
esac
# Where set -e ends the shell only a trap is run, and no hook. Not in a function, whose own EXIT trap that would be.
# A subshell knows nothing of its parent's traps: they go through a file.
__runlog_action=: __runlog_file=$(mktemp)
trap >|"$__runlog_file"
__runlog_traps=$(<"$__runlog_file")
rm -f "$__runlog_file"
case $__runlog_traps in
  *__runlog_begin* | *TRAPEXIT*) __runlog_action='' ;;
  *' EXIT'*)
    __runlog_action=${__runlog_traps%" EXIT"*}
    eval "__runlog_action=${__runlog_action##*trap -- }"
    ;;
esac
[[ -z $__runlog_action ]] || trap "if __runlog_begin; then
$__runlog_action
else
$__runlog_action
fi
__runlog_finish \"\$__runlog_code\"" EXIT
# A signal without a trap would end the shell without its hooks.
if [[ ! -o interactive ]]; then
  case $__runlog_traps in *HUP*) ;; *) trap 'exit 129' HUP ;; esac
  case $__runlog_traps in *INT*) ;; *) trap 'exit 130' INT ;; esac
  case $__runlog_traps in *TERM*) ;; *) trap 'exit 143' TERM ;; esac
fi
