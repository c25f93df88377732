#!/usr/bin/env bash
# Makes docs/recording.svg, and prints the transcript that stands in README.md: examples/training.sh is started and killed, then
# the real output of list, finalize and summary is drawn. Only two lines of it (Host, Folder) are left out.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset CI RUNLOG_RUN RUNLOG_DIR NO_COLOR LLM_PROVIDER LLM_MODEL LLM_TEMPERATURE
export PATH="$root/bin:$PATH" FORCE_COLOR=1 COLUMNS=80

session() {
  printf '\033[1m$ ./training.sh & sleep 4; kill -9 $!\033[0m\n'
  "$root/examples/training.sh" >training.out 2>&1 &
  sleep 4
  kill -9 $!
  wait $! 2>/dev/null || true
  for command in 'runlog list' 'runlog finalize' 'runlog summary'; do
    printf '\n\033[1m$ %s\033[0m\n' "$command"
    $command
  done
}

EPOCHS=60 SECONDS_PER_EPOCH=1 session 2>/dev/null | grep -vE '^  (Host|Folder) ' >session.txt
sed 's/\x1b\[[0-9;]*m//g' session.txt
node "$root/docs/draw.cjs" session.txt "$root/docs/recording.svg" \
  'A recorded run is killed; runlog list, finalize and summary tell what happened'
