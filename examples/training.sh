#!/bin/sh
# A training job that records itself: a plan with a backup, steps, a metric with a limit, and an end whatever happens.
# The work is a stand-in (a few sleeps); EPOCHS and SECONDS_PER_EPOCH set how long it takes.
set -e
EPOCHS=${EPOCHS:-3}
SECONDS_PER_EPOCH=${SECONDS_PER_EPOCH:-1}

export RUNLOG_RUN=$(runlog start --name training --model llama-3.2-1b --tag gpu=a100)
trap 'runlog finalize --exit-code $?' EXIT
# Without these a shell that is killed by a signal hands its EXIT trap the status of an earlier command, or runs no trap.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

runlog append CHECK_DISK "Room for the checkpoints?" -- df -h .
runlog plan --choice lora --rationale "fits into 24 GB" --backup qlora

step=$(runlog step start prepare --task "tokenize the data")
runlog step end "$step" --status SUCCESS --summary "8000 samples"

step=$(runlog step start train --task "method=lora")
epoch=1
while [ "$epoch" -le "$EPOCHS" ]; do
  sleep "$SECONDS_PER_EPOCH"
  runlog metric loss "$(awk "BEGIN { print 1 / $epoch }")" --max 1 --step "$step"
  epoch=$((epoch + 1))
done
runlog step end "$step" --status SUCCESS --summary "$EPOCHS epochs"
