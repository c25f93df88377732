#!/bin/sh
# Two agents work on an issue: coding writes, review judges, CI runs, and in the end a person merges. Both agents are stand-ins: they
# say what real ones would say of themselves.
set -e
RUNLOG_RUN=$(runlog start --project 171 --mode single_issue --issue 3 --intent development_flow \
  --provider openai --model gpt-4o --trigger webhook --trigger-issue ABC-3)
export RUNLOG_RUN
trap 'runlog finalize --exit-code $?' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

coding() { # coding TESTS...: its result is that of the tests
  step=$(runlog step start coding --task "write the parser" --issue 3)
  runlog usage --agent coding --provider openai --model gpt-4o --input 5200 --cached-read 2000 --output 840
  if runlog tool run_tests --agent coding -- "$@"; then
    runlog step end "$step" --status SUCCESS --summary "all tests pass"
  else
    runlog step end "$step" --status FAIL --error "a test fails"
  fi
}

review() { # review WISH: it never has enough
  step=$(runlog step start review --task "read the change" --issue 3)
  runlog append --stdin <<EVENTS
{"type": "tool.called", "agent": "review", "tool": "read_file", "success": true, "duration_ms": 12}
{"type": "tokens.used", "agent": "review", "provider": "acme", "model": "acme-reviewer", "input": 3100, "output": 220}
EVENTS
  runlog step end "$step" --status FAIL --error "asks for $1"
}

runlog issue start 3 --complexity 5

coding false
runlog pipeline 4711 --status failed --failed-job unit --execution-time 95 --issue 3
review "a test of quoted fields"

runlog debug start --agent coding --type AssertionError --message "2 fields, not 3" --issue 3
runlog debug attempt
coding true
runlog debug end --resolved --method "read with the csv module"
runlog pipeline 4712 --status success --execution-time 88 --issue 3
review "a changelog"

runlog correct agent review --success --evidence "!45 was merged" --by gitlab
runlog issue end 3 --status completed
