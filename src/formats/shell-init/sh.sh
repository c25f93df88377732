# What any other shell gets: the end of a run with its script. It has no clock to record by, so recording is the executable's.

__runlog_arm() {
  # A subshell of dash knows nothing of its parent's traps: they go through a file.
  __runlog_file=$(mktemp) || return 0
  trap >"$__runlog_file"
  __runlog_traps=$(cat "$__runlog_file")
  rm -f "$__runlog_file"
  __runlog_action=:
  case $__runlog_traps in
    *__runlog_begin*) return 0 ;;
    *' EXIT'*)
      __runlog_action=${__runlog_traps%" EXIT"*}
      eval "__runlog_action=${__runlog_action##*trap -- }"
      ;;
  esac
  # shellcheck disable=SC2064 # as it is now
  trap "if __runlog_begin; then
${__runlog_action:-:}
else
${__runlog_action:-:}
fi
__runlog_finish \"\$__runlog_code\"" EXIT
  # A signal without a trap would end the shell without its EXIT trap.
  case $__runlog_traps in *HUP*) ;; *) trap 'exit 129' HUP ;; esac
  case $__runlog_traps in *INT*) ;; *) trap 'exit 130' INT ;; esac
  case $__runlog_traps in *TERM*) ;; *) trap 'exit 143' TERM ;; esac
}

case $- in *i*) ;; *) __runlog_arm ;; esac
