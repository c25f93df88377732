# The end of a run with its shell, for every shell.

# Ends the run that this shell started, with its status. A subshell ends nothing.
__runlog_finish() {
  case ${RUNLOG_RUN-} in '' | "$__runlog_inherited") return 0 ;; esac
  if [ "$__runlog_lost" != 0 ]; then
    printf 'warning: %s: %d entries were NOT recorded\n' "$RUNLOG_RUN" "$__runlog_lost" >&2
    command runlog error --run "$RUNLOG_RUN" EntriesLost "$__runlog_lost entries could not be written" --severity warning || :
    __runlog_lost=0
  fi
  command runlog finalize "$RUNLOG_RUN" --exit-code "$1" >/dev/null || :
  # Whatever else of the shell's end comes by here finds nothing left to do.
  __runlog_inherited=$RUNLOG_RUN
}

# In front of what the user wants done at the exit, which finds the status as it was. Whether it is 0 is asked by an if, so that
# set -e does not end the trap.
__runlog_begin() {
  __runlog_code=$?
  RUNLOG_OWN_EXIT
  return "$__runlog_code"
}

# Once in a shell, however often this is evaluated: a run that was there before is somebody else's to end.
if [ "${__runlog_shell-}" != "$$" ]; then
  __runlog_shell=$$ __runlog_inherited=${RUNLOG_RUN-} __runlog_lost=0
fi
