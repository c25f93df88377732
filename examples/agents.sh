#!/bin/sh
# An agent pipeline: one issue, two agents, a second attempt after a review, tokens and a tool call as events on stdin.
set -e
export RUNLOG_RUN=$(runlog start --project 171 --mode single_issue --issue 3 --intent development_flow \
  --provider anthropic --model some-model --trigger webhook --trigger-issue ABC-3)
trap 'runlog finalize --exit-code $?' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

runlog issue start 3 --complexity 5

step=$(runlog step start coding --task "write the parser" --issue 3)
runlog append --stdin <<EVENTS
{"type": "tokens.used", "model": "some-model", "agent": "coding", "step": $step, "input": 5200, "output": 840, "cost_usd": 0.031}
{"type": "tool.called", "tool": "run_tests", "agent": "coding", "step": $step, "success": false, "duration_ms": 5400}
EVENTS
runlog step end "$step" --status SUCCESS --summary "parser.py, 120 lines"

step=$(runlog step start review --issue 3)
runlog step end "$step" --status BLOCKED --error "one test fails"

step=$(runlog step start coding --task "write the parser" --issue 3)
runlog step note "$step" error --detail "off by one at the end of a line"
runlog step end "$step" --status SUCCESS --summary "12 tests pass"

step=$(runlog step start review --issue 3)
runlog step end "$step" --status SUCCESS

runlog issue end 3 --status completed
