#!/usr/bin/env bash
# Makes docs/answers.svg: the real output of list, stats, errors and compare over a store of 400 runs that is always the same.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset CI RUNLOG_RUN RUNLOG_DIR NO_COLOR
export PATH="$root/bin:$PATH" FORCE_COLOR=1 COLUMNS=100 HOME="$folder" TZ=UTC
node "$root/bench/make-store.js" logs --runs 400 >/dev/null
failed=$(runlog list --json --failed --intent train --limit 1 | grep -o 'run_[0-9][0-9_]*' | head -n 1)

for command in \
  'runlog list --limit 5' \
  'runlog stats --since 2025-01-06 --until 2025-01-12' \
  'runlog errors --limit 2' \
  "runlog compare --last-good $failed --fail-on errors>0"; do
  printf '\033[1m$ %s\033[0m\n' "$command"
  $command 2>/dev/null || true
  echo
done >session.txt
node "$root/docs/draw.cjs" session.txt "$root/docs/answers.svg" \
  'runlog list, stats, errors and compare: which runs died, how often, what solved it before, and what changed'
