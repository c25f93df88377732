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
# A signal without a trap would end the shell without its hooks.
if [[ ! -o interactive ]]; then
  case $(trap) in *HUP*) ;; *) trap 'exit 129' HUP ;; esac
  case $(trap) in *INT*) ;; *) trap 'exit 130' INT ;; esac
  case $(trap) in *TERM*) ;; *) trap 'exit 143' TERM ;; esac
fi
