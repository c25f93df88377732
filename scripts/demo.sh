#!/usr/bin/env bash
# The main job, end to end: a release check is recorded, a second one is killed half-way, and what is left is made sense of.
set -euo pipefail
. "$(dirname "$0")/setup.sh"
[ -t 1 ] && bold=$(printf '\033[1m') plain=$(printf '\033[0m') || bold= plain=
say() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }
show() {
  printf '%s$ %s%s\n' "$bold" "$*" "$plain"
  "$@"
}

node scripts/build.js
# What the caller's shell has set must not lead the demo into another store or run.
unset RUNLOG_RUN
export RUNLOG_DIR="$PWD/logs" PATH="$PWD/bin:$PATH"

say "A release check, recorded while it happens: examples/check-release.sh"
bash examples/check-release.sh
first=$(runlog list --limit 1 --json | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).runs[0].run_id')

say "The same script again, killed with SIGKILL half-way"
bash examples/check-release.sh >/dev/null 2>&1 &
script=$!
until second=$(runlog list --limit 1 --json | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).runs[0].run_id') &&
  [ "$second" != "$first" ] && grep -q CHECK_GIT "logs/runs/$second/design-experiment.log" 2>/dev/null; do
  kill -0 "$script" || { echo "the second check ended before it could be killed" >&2; exit 1; }
done
kill -9 "$script"
{ wait "$script"; } 2>/dev/null || true
show runlog list --limit 2

say "finalize finds it: no process has to be alive to say that it died"
show runlog finalize
show runlog summary "$second"

say "A log that somebody wrote by hand becomes a run, and comes out again byte for byte"
imported=$(runlog import fixtures/design-experiment.log)
echo "$imported"
runlog export log "$imported" | cmp - fixtures/design-experiment.log && echo "export log: the same bytes"
runlog finalize "$imported" >/dev/null

say "The store: all runs, tables for a spreadsheet, and what rotate would do"
show runlog list
show runlog export csv
show runlog rotate --dry-run

say "Where everything lies"
cat <<END
  $RUNLOG_DIR/runs/$first/
      design-experiment.log   the story, as it was written
      journal/                the truth: every event, only ever appended to
      _final.json trace.json  how it ended, step by step
  $RUNLOG_DIR/csv/            seven tables

Next: runlog summary $first
      (bin/runlog in this folder; npm pack && npm i -g ./runlog-*.tgz puts it on your PATH)
END
